package dev.embedonce.image.internal.jpeg;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.Exif;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.pixel.ImageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The part before the first scan: frame, tables, colour hints, orientation. Also reads the segments between scans. */
// Source: ITU-T T.81, annex B; JFIF 1.02; Adobe technical note 5116; as libjpeg-turbo 3.1 reads them
final class JpegHeader {
    static final String NAME = "JPEG";
    static final int SOS = 0xDA;
    static final int EOI = 0xD9;
    private static final int SEGMENT_WORK = 100;
    private static final int BYTE_WORK = 8;

    final byte[] data;
    final JpegTables tables;
    final List<JpegComponent> components = new ArrayList<>();
    int width;
    int height;
    int maxHorizontal = 1;
    int maxVertical = 1;
    boolean progressive;
    int restartInterval;
    boolean jfif;
    /** The transform named by an Adobe segment, or -1. */
    int adobeTransform = -1;

    /** Whether four components are inks stored as Photoshop does, 255 for none. */
    boolean inverted = true;

    private final WorkBudget budget;
    private int exifOrientation;
    private int xmpOrientation;

    /** A header that is yet to be read and starts with {@code tables}. */
    JpegHeader(byte[] data, JpegTables tables, WorkBudget budget) {
        this.data = data;
        this.tables = tables;
        this.budget = budget;
    }

    int orientation() {
        if (exifOrientation != Exif.NONE) {
            return exifOrientation;
        }
        return xmpOrientation == Exif.NONE ? 1 : xmpOrientation;
    }

    /** Replaces what the file says about its colours. */
    void overrideColours(boolean luminanceChrominance) {
        jfif = false;
        adobeTransform = luminanceChrominance ? 1 : 0;
        inverted = false;
    }

    /**
     * Reads segments from {@code at} up to the next scan or the end of the picture.
     *
     * @return the position just after the marker SOS, or -1 at the end of the picture
     */
    int readSegments(int at) {
        int position = at;
        while (true) {
            int from = position;
            position = nextMarker(position);
            budget.spend(SEGMENT_WORK + position - from);
            int marker = data[position - 1] & 0xFF;
            if (marker == EOI) {
                return -1;
            }
            if (marker == SOS) {
                return position;
            }
            if (marker == 0xD8 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7)) {
                continue;
            }
            int length = Bytes.u16be(data, position, NAME);
            if (length < 2) {
                throw corrupt("segment of length " + length);
            }
            Bytes.require(data, position, length, NAME);
            budget.spend((long) BYTE_WORK * length);
            segment(marker, position + 2, length - 2);
            position += length;
        }
    }

    /** The position after the next marker at or after {@code at}; other bytes are skipped, as in libjpeg. */
    private int nextMarker(int at) {
        int position = at;
        while (true) {
            while (position < data.length && (data[position] & 0xFF) != 0xFF) {
                position++;
            }
            while (position < data.length && (data[position] & 0xFF) == 0xFF) {
                position++;
            }
            if (position >= data.length) {
                throw Bytes.truncated(NAME);
            }
            if (data[position++] != 0) {
                return position;
            }
        }
    }

    private void segment(int marker, int at, int length) {
        switch (marker) {
            case 0xC0, 0xC1, 0xC2 -> frame(marker, at, length);
            case 0xC4 -> tables.defineHuffman(data, at, length);
            case 0xDB -> tables.defineQuant(data, at, length);
            case 0xDD -> restartInterval = Bytes.u16be(data, at, NAME);
            case 0xE0 -> jfif |= length >= 14 && Bytes.startsWith(data, at, "JFIF\0");
            case 0xE1 -> application1(at, length);
            case 0xEE -> {
                if (length >= 12 && Bytes.startsWith(data, at, "Adobe")) {
                    adobeTransform = data[at + 11] & 0xFF;
                }
            }
            case 0xC3 -> throw refused("lossless JPEG");
            case 0xC9, 0xCA -> throw refused("JPEG with arithmetic coding");
            case 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF, 0xDE ->
                throw refused(String.format(Locale.ROOT, "JPEG of frame type 0x%02X", marker));
            case 0xDC -> throw refused("JPEG whose height follows its first scan");
            default -> {}
        }
    }

    private void application1(int at, int length) {
        if (exifOrientation == Exif.NONE && Bytes.startsWith(data, at, "Exif\0\0")) {
            exifOrientation = Exif.orientation(data, at, length);
        } else if (Bytes.startsWith(data, at, "http://ns.adobe.com/xap/1.0/\0")) {
            xmpOrientation = Exif.xmpOrientation(data, at, length, budget.checkpoint());
        }
    }

    private void frame(int marker, int at, int length) {
        if (width != 0) {
            throw corrupt("two frames");
        }
        if (length < 6) {
            throw Bytes.truncated(NAME);
        }
        int precision = data[at] & 0xFF;
        if (precision != 8) {
            throw refused("JPEG with " + precision + " bits a sample");
        }
        int count = data[at + 5] & 0xFF;
        if (count != 1 && count != 3 && count != 4) {
            throw refused("JPEG with " + count + " colour components");
        }
        if (length < 6 + 3 * count) {
            throw Bytes.truncated(NAME);
        }
        progressive = marker == 0xC2;
        height = Bytes.u16be(data, at + 1, NAME);
        width = Bytes.u16be(data, at + 3, NAME);
        if (width == 0 || height == 0) {
            throw corrupt("size " + width + "x" + height);
        }
        for (int i = 0; i < count; i++) {
            component(at + 6 + 3 * i);
        }
        for (JpegComponent component : components) {
            measure(component);
        }
    }

    private void component(int at) {
        int horizontal = (data[at + 1] & 0xFF) >> 4;
        int vertical = data[at + 1] & 0xF;
        int quant = data[at + 2] & 0xFF;
        if (horizontal < 1 || horizontal > 4 || vertical < 1 || vertical > 4 || quant > 3) {
            throw corrupt("sampling " + horizontal + "x" + vertical + ", table " + quant);
        }
        maxHorizontal = Math.max(maxHorizontal, horizontal);
        maxVertical = Math.max(maxVertical, vertical);
        components.add(new JpegComponent(data[at] & 0xFF, horizontal, vertical, quant));
    }

    private void measure(JpegComponent component) {
        if (maxHorizontal % component.horizontal != 0 || maxVertical % component.vertical != 0) {
            throw refused("JPEG with fractional sampling");
        }
        component.width = ceilDiv(width * component.horizontal, maxHorizontal);
        component.height = ceilDiv(height * component.vertical, maxVertical);
        component.blocksAcross = ceilDiv(component.width, 8);
        component.blocksDown = ceilDiv(component.height, 8);
        component.paddedAcross = ceilDiv(width, 8 * maxHorizontal) * component.horizontal;
        component.paddedDown = ceilDiv(height, 8 * maxVertical) * component.vertical;
    }

    static int ceilDiv(int a, int b) {
        return (a + b - 1) / b;
    }

    static ImageException corrupt(String what) {
        return new ImageException("corrupt JPEG: " + what);
    }

    private static ImageException refused(String what) {
        return new ImageException(what + " is not supported");
    }
}
