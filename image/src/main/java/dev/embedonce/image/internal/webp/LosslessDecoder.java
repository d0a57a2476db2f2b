package dev.embedonce.image.internal.webp;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.pixel.ImageException;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a lossless stream to ARGB pixels: transforms are read first, then the pixels, then the transforms are undone.
 */
// Source: RFC 9649, section 3
final class LosslessDecoder {
    /** The header of the stream. */
    record Header(int width, int height, boolean alpha) {}

    private static final int HEADER_LENGTH = 5;
    private static final int LITERALS = 256;
    private static final int LENGTHS = 24;
    private static final int DISTANCES = 40;
    private static final int MAX_CACHE_BITS = 11;
    private static final int HASH = 0x1E35A7BD;

    /** What a pixel costs, on top of undoing its transforms. */
    private static final int PIXEL_WORK = 10;

    private static final int CODES_IN_GROUP = 5;
    /** Pixels between two charges to the budget. */
    private static final int STRIDE = 1 << 12;

    private final LosslessBits in;
    private final WorkBudget budget;
    /** Room for the code lengths of the largest alphabet. */
    private final int[] lengths = new int[LITERALS + LENGTHS + (1 << MAX_CACHE_BITS)];

    private LosslessDecoder(LosslessBits in, WorkBudget budget) {
        this.in = in;
        this.budget = budget;
    }

    static Header header(byte[] data, int at, int length) {
        if (length < HEADER_LENGTH) {
            throw Bytes.truncated(WebpSource.NAME);
        }
        int bits = Bytes.i32le(data, at + 1, WebpSource.NAME);
        if (data[at] != 0x2F || bits >>> 29 != 0) {
            throw new ImageException("corrupt WebP: wrong signature or version of its lossless data");
        }
        return new Header((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1, ((bits >> 28) & 1) != 0);
    }

    /** Decodes a stream with its header. */
    static int[] decode(byte[] data, int at, int length, WorkBudget budget) {
        Header header = header(data, at, length);
        return decodeStream(data, at + HEADER_LENGTH, length - HEADER_LENGTH, header.width(), header.height(), budget);
    }

    /** Decodes a stream whose size is known from elsewhere. */
    static int[] decodeStream(byte[] data, int at, int length, int width, int height, WorkBudget budget) {
        return new LosslessDecoder(new LosslessBits(data, at, length), budget).picture(width, height);
    }

    private int[] picture(int width, int height) {
        Deque<LosslessTransform> transforms = new ArrayDeque<>();
        int codedWidth = width;
        int seen = 0;
        while (in.flag()) {
            int type = in.read(2);
            if ((seen & (1 << type)) != 0) {
                throw new ImageException("corrupt WebP: a transform is repeated");
            }
            seen |= 1 << type;
            LosslessTransform transform = transform(type, codedWidth, height);
            codedWidth = transform.codedWidth();
            transforms.push(transform);
        }
        int[] pixels = pixels(codedWidth, height, true);
        for (LosslessTransform transform : transforms) {
            pixels = transform.undo(pixels, height, budget);
        }
        return pixels;
    }

    private LosslessTransform transform(int type, int width, int height) {
        switch (type) {
            case 0, 1 -> {
                int bits = in.read(3) + 2;
                int[] blocks = pixels(blocks(width, bits), blocks(height, bits), false);
                return type == 0
                        ? new LosslessTransform.Predictor(width, bits, blocks)
                        : new LosslessTransform.CrossColour(width, bits, blocks);
            }
            case 2 -> {
                return new LosslessTransform.SubtractGreen(width);
            }
            default -> {
                int colours = in.read(8) + 1;
                int[] palette = pixels(colours, 1, false);
                return LosslessTransform.Indexed.of(width, palette);
            }
        }
    }

    private static int blocks(int size, int bits) {
        return (size + (1 << bits) - 1) >> bits;
    }

    /** Reads one entropy-coded image; only the main one may have several groups of codes. */
    private int[] pixels(int width, int height, boolean main) {
        int cacheBits = in.flag() ? in.read(4) : 0;
        if (cacheBits > MAX_CACHE_BITS) {
            throw new ImageException("corrupt WebP: colour cache of " + cacheBits + " bits");
        }
        if (!main || !in.flag()) {
            PrefixCode[] codes = new PrefixCode[CODES_IN_GROUP];
            readGroup(codes, 0, cacheBits);
            return entropyCoded(width, height, codes, cacheBits, null, 0);
        }
        int groupBits = in.read(3) + 2;
        int[] groupOf = pixels(blocks(width, groupBits), blocks(height, groupBits), false);
        PrefixCode[] codes = readGroups(groupOf, cacheBits);
        int[] pixels = entropyCoded(width, height, codes, cacheBits, groupOf, groupBits);
        budget.release(4L * groupOf.length);
        return pixels;
    }

    /**
     * Reads the groups that are defined and keeps those that a pixel is in; numbers {@code groupOf} by what is kept.
     */
    private PrefixCode[] readGroups(int[] groupOf, int cacheBits) {
        int groups = 1;
        for (int i = 0; i < groupOf.length; i++) {
            groupOf[i] = (groupOf[i] >> 8) & 0xFFFF;
            groups = Math.max(groups, groupOf[i] + 1);
        }
        budget.check();
        BitSet used = new BitSet(groups);
        for (int group : groupOf) {
            used.set(group);
        }
        int[] number = new int[groups];
        PrefixCode[] codes = new PrefixCode[CODES_IN_GROUP * used.cardinality()];
        int kept = 0;
        for (int group = 0; group < groups; group++) {
            if (used.get(group)) {
                number[group] = kept;
                readGroup(codes, CODES_IN_GROUP * kept++, cacheBits);
            } else {
                for (int i = 0; i < CODES_IN_GROUP; i++) {
                    PrefixCode.skip(in, lengths, symbols(i, cacheBits), budget);
                }
            }
        }
        budget.check();
        for (int i = 0; i < groupOf.length; i++) {
            groupOf[i] = number[groupOf[i]];
        }
        return codes;
    }

    private void readGroup(PrefixCode[] codes, int at, int cacheBits) {
        for (int i = 0; i < CODES_IN_GROUP; i++) {
            codes[at + i] = PrefixCode.define(in, lengths, symbols(i, cacheBits), budget);
        }
    }

    /** How many symbols the code {@code i} of a group has. */
    private static int symbols(int i, int cacheBits) {
        return switch (i) {
            case 0 -> LITERALS + LENGTHS + (cacheBits > 0 ? 1 << cacheBits : 0);
            case 4 -> DISTANCES;
            default -> LITERALS;
        };
    }

    private int[] entropyCoded(
            int width, int height, PrefixCode[] codes, int cacheBits, int @Nullable [] groupOf, int groupBits) {
        int[] pixels = budget.ints((long) width * height);
        int[] cache = new int[cacheBits > 0 ? 1 << cacheBits : 0];
        int groupsAcross = blocks(width, groupBits);
        int cached = 0;
        int at = 0;
        int paid = 0;
        while (at < pixels.length) {
            if (at >= paid) {
                budget.spend((long) PIXEL_WORK * STRIDE);
                paid += STRIDE;
            }
            int group = 0;
            if (groupOf != null) {
                group = 5 * groupOf[((at / width) >> groupBits) * groupsAcross + ((at % width) >> groupBits)];
            }
            int symbol = codes[group].read(in);
            if (symbol < LITERALS) {
                int red = codes[group + 1].read(in);
                int blue = codes[group + 2].read(in);
                int alpha = codes[group + 3].read(in);
                pixels[at++] = (alpha << 24) | (red << 16) | (symbol << 8) | blue;
            } else if (symbol < LITERALS + LENGTHS) {
                int length = number(symbol - LITERALS);
                int distance = LosslessDistance.of(number(codes[group + 4].read(in)), width);
                if (distance > at || length > pixels.length - at) {
                    throw new ImageException("corrupt WebP: a copy from outside of the picture");
                }
                for (int i = 0; i < length; i++, at++) {
                    pixels[at] = pixels[at - distance];
                }
            } else {
                for (; cached < at; cached++) {
                    cache[(HASH * pixels[cached]) >>> (32 - cacheBits)] = pixels[cached];
                }
                pixels[at++] = cache[symbol - LITERALS - LENGTHS];
            }
        }
        return pixels;
    }

    /** A length or distance: small ones are symbols, of others the symbol gives the magnitude and bits the rest. */
    private int number(int symbol) {
        if (symbol < 4) {
            return symbol + 1;
        }
        int extra = (symbol - 2) >> 1;
        return ((2 + (symbol & 1)) << extra) + in.read(extra) + 1;
    }
}
