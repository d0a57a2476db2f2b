package dev.embedonce.image.internal.jpeg;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.ImageSource;
import dev.embedonce.image.internal.PlanarRows;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.pixel.ImageFormat;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.pixel.PixelMode;
import dev.embedonce.image.pixel.Region;
import org.jspecify.annotations.Nullable;

/**
 * JPEG: baseline, extended sequential and progressive, 8 bits, Huffman-coded; grey, RGB, YCbCr, CMYK, YCCK. Only the
 * blocks that a wanted region needs are transformed; the entropy-coded data is read to its end, so a truncated file is
 * always noticed.
 */
public final class JpegSource implements ImageSource {
    /** Raised when other pixels are decoded from the same bytes; part of the preprocessing version. */
    public static final int REVISION = 1;

    /** More than any encoder makes; each scan, however short, may cost a pass over the whole picture. */
    private static final int MAX_SCANS = 200;

    private static final int BLOCK_WORK = 100;
    private static final int SAMPLE_WORK = 4;

    private final WorkBudget budget;
    private final JpegHeader header;
    private final int firstScan;

    /** A whole file. */
    public JpegSource(byte[] data, WorkBudget budget) {
        this(data, new JpegTables(), budget);
    }

    /** A stream that may use {@code tables} from elsewhere. */
    public JpegSource(byte[] data, JpegTables tables, WorkBudget budget) {
        this.budget = budget;
        this.header = new JpegHeader(data, new JpegTables(tables), budget);
        this.firstScan = header.readSegments(2);
        if (header.width == 0) {
            throw JpegHeader.corrupt("no frame header");
        }
        if (firstScan < 0) {
            throw Bytes.truncated(JpegHeader.NAME);
        }
    }

    @Override
    public ImageFormat format() {
        return ImageFormat.JPEG;
    }

    @Override
    public int width() {
        return header.width;
    }

    @Override
    public int height() {
        return header.height;
    }

    /** How many colour components there are: 1, 3 or 4. */
    public int components() {
        return header.components.size();
    }

    @Override
    public int orientation() {
        return header.orientation();
    }

    @Override
    public PixelImage decode() {
        Region whole = Region.whole(header.width, header.height);
        PixelMode mode = switch (header.components.size()) {
            case 1 -> PixelMode.GREY;
            case 3 -> PixelMode.RGB;
            default -> PixelMode.CMYK;
        };
        return PixelImage.wrap(mode, header.width, header.height, decodeRegion(whole, mode.bytesPerPixel()));
    }

    @Override
    public @Nullable PlanarRows decodeRgb(Region region) {
        if (header.components.size() == 4) {
            return null;
        }
        decodePlanes(region);
        return new ColourConverter(header, region, 3);
    }

    /**
     * All samples as stored, interleaved, whatever the file says about its colours.
     *
     * @param luminanceChrominance whether three components are YCbCr, to be made RGB
     */
    public byte[] decodeRaw(boolean luminanceChrominance) {
        header.overrideColours(luminanceChrominance);
        return decodeRegion(Region.whole(header.width, header.height), header.components.size());
    }

    private byte[] decodeRegion(Region region, int bands) {
        decodePlanes(region);
        byte[] target = budget.bytes((long) region.width() * region.height() * bands);
        ColourConverter rows = new ColourConverter(header, region, bands);
        int width = region.width();
        int[][] row = new int[bands][width];
        for (int y = 0; y < region.height(); y++) {
            budget.spend((long) SAMPLE_WORK * bands * width);
            rows.read(region.y() + y, row);
            for (int band = 0; band < bands; band++) {
                int at = y * width * bands + band;
                for (int x = 0; x < width; x++, at += bands) {
                    target[at] = (byte) row[band][x];
                }
            }
        }
        for (JpegComponent component : header.components) {
            budget.release(component.plane.length);
            component.plane = new byte[0]; // this source may live on while the samples are converted
        }
        return target;
    }

    private void decodePlanes(Region region) {
        for (JpegComponent component : header.components) {
            prepare(component, region);
        }
        int at = firstScan;
        for (int scans = 0; at >= 0; scans++) {
            if (scans == MAX_SCANS) {
                throw JpegHeader.corrupt("more than " + MAX_SCANS + " scans");
            }
            at = header.readSegments(new ScanDecoder(header, at, budget).decode());
        }
        for (JpegComponent component : header.components) {
            if (header.progressive) {
                transform(component);
            } else if (component.quant.length == 0) {
                throw JpegHeader.corrupt("a colour component is missing");
            }
        }
    }

    private void prepare(JpegComponent component, Region region) {
        int stepX = header.maxHorizontal / component.horizontal;
        int stepY = header.maxVertical / component.vertical;
        int margin = Upsampler.margin();
        component.blockFromX = Math.max(0, region.x() / stepX - margin) / 8;
        component.blockFromY = Math.max(0, region.y() / stepY - margin) / 8;
        int lastX = Math.min(component.width - 1, (region.x() + region.width() - 1) / stepX + margin);
        int lastY = Math.min(component.height - 1, (region.y() + region.height() - 1) / stepY + margin);
        component.blockToX = lastX / 8 + 1;
        component.blockToY = lastY / 8 + 1;
        component.stride = (component.blockToX - component.blockFromX) * 8;
        if (header.progressive) {
            component.coefficients = budget.shorts(64L * component.paddedAcross * component.paddedDown);
        } else {
            makePlane(component);
        }
    }

    private void makePlane(JpegComponent component) {
        component.plane = budget.bytes((long) component.stride * (component.blockToY - component.blockFromY) * 8);
    }

    private void transform(JpegComponent component) {
        for (int k = 0; k < 10; k++) {
            boolean missing = k == 0 ? component.missingBits[k] < 0 : component.missingBits[k] != 0;
            if (missing) {
                throw JpegHeader.corrupt("a progressive picture without its last scans");
            }
        }
        makePlane(component);
        int[] block = new int[64];
        for (int y = component.blockFromY; y < component.blockToY; y++) {
            budget.spend((long) BLOCK_WORK * (component.blockToX - component.blockFromX));
            for (int x = component.blockFromX; x < component.blockToX; x++) {
                int from = (y * component.paddedAcross + x) * 64;
                int places = 0;
                for (int i = 0; i < 64; i++) {
                    int value = component.coefficients[from + i];
                    block[i] = value * component.quant[i];
                    places |= value == 0 ? 0 : i;
                }
                InverseDct.transform(block, places, component.plane, component.planeOffset(x, y), component.stride);
            }
        }
        budget.release(2L * component.coefficients.length);
        component.coefficients = new short[0];
    }
}
