package dev.embedonce.image.internal.format;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.pixel.ImageException;

/** The first directory of a TIFF file. */
final class TiffTags {
    static final int WIDTH = 256;
    static final int HEIGHT = 257;
    static final int BITS = 258;
    static final int COMPRESSION = 259;
    static final int PHOTOMETRIC = 262;
    static final int FILL_ORDER = 266;
    static final int STRIP_OFFSETS = 273;
    static final int ORIENTATION = 274;
    static final int SAMPLES = 277;
    static final int ROWS_PER_STRIP = 278;
    static final int STRIP_LENGTHS = 279;
    static final int PLANAR = 284;
    static final int FAX_3_OPTIONS = 292;
    static final int FAX_4_OPTIONS = 293;
    static final int PREDICTOR = 317;
    static final int COLOUR_MAP = 320;
    static final int TILE_WIDTH = 322;
    static final int TILE_HEIGHT = 323;
    static final int TILE_OFFSETS = 324;
    static final int TILE_LENGTHS = 325;
    static final int EXTRA_SAMPLES = 338;
    static final int SAMPLE_FORMAT = 339;
    static final int JPEG_TABLES = 347;
    private static final int MOST = JPEG_TABLES;

    private static final String NAME = "TIFF";

    private final byte[] data;
    private final boolean little;
    /** The position of the entry of each tag that matters; 0 if it is absent. */
    private final int[] entries = new int[MOST + 1];

    TiffTags(byte[] data) {
        this.data = data;
        this.little = data[0] == 'I';
        int directory = i32(4);
        int count = u16(directory);
        for (int i = 0; i < count; i++) {
            int entry = directory + 2 + 12 * i;
            Bytes.require(data, entry, 12, NAME);
            int tag = u16(entry);
            if (tag <= MOST && entries[tag] == 0) {
                entries[tag] = entry;
            }
        }
    }

    byte[] data() {
        return data;
    }

    boolean littleEndian() {
        return little;
    }

    /** The first value of a tag. */
    int number(int tag, int otherwise) {
        return count(tag) == 0 ? otherwise : value(tag, 0);
    }

    /** How many values a tag has; 0 if it is absent. */
    int count(int tag) {
        int entry = entries[tag];
        if (entry == 0) {
            return 0;
        }
        int count = i32(entry + 4);
        start(entry, size(tag, u16(entry + 2)), count);
        return count;
    }

    /** One value of a tag, read in place. */
    int value(int tag, int index) {
        int entry = entries[tag];
        int size = size(tag, u16(entry + 2));
        int at = start(entry, size, i32(entry + 4)) + index * size;
        int value = size == 1 ? data[at] & 0xFF : size == 2 ? u16(at) : i32(at);
        if (value < 0) {
            throw new ImageException("corrupt TIFF: tag " + tag + " is " + (value & 0xFFFFFFFFL));
        }
        return value;
    }

    /** The bytes of a tag, none if it is absent. */
    byte[] bytes(int tag) {
        int entry = entries[tag];
        if (entry == 0) {
            return new byte[0];
        }
        int count = i32(entry + 4);
        return Bytes.slice(data, start(entry, 1, count), count, NAME);
    }

    private int start(int entry, int size, int count) {
        if (count < 0 || count > data.length / size) {
            throw Bytes.truncated(NAME);
        }
        int at = count * size <= 4 ? entry + 8 : i32(entry + 8);
        Bytes.require(data, at, count * size, NAME);
        return at;
    }

    private static int size(int tag, int type) {
        return switch (type) {
            case 1, 7 -> 1;
            case 3 -> 2;
            case 4 -> 4;
            default -> throw new ImageException("corrupt TIFF: tag " + tag + " of type " + type);
        };
    }

    private int u16(int at) {
        return little ? Bytes.u16le(data, at, NAME) : Bytes.u16be(data, at, NAME);
    }

    private int i32(int at) {
        return little ? Bytes.i32le(data, at, NAME) : Bytes.i32be(data, at, NAME);
    }
}
