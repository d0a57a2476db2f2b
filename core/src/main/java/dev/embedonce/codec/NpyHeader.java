package dev.embedonce.codec;

import dev.embedonce.error.CorruptEntryException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * What stands before the elements of a {@code .npy} file: magic, version, header length, then a Python dictionary
 * padded with spaces. Compared by content.
 *
 * @param descr NumPy's name of the element type, such as {@code <f4}
 * @param fortranOrder whether the first dimension is the one that changes fastest
 * @param shape outermost first; copied on the way in and out
 * @param sizeBytes where the elements start
 */
// Source: numpy.lib.format
@SuppressWarnings("ArrayRecordComponent") // compared by content below
public record NpyHeader(String descr, boolean fortranOrder, long[] shape, int sizeBytes) {
    /** Bytes that NumPy itself gives the header of an array of few dimensions. */
    public static final int USUAL_BYTES = 128;

    private static final String FLOAT32 = "<f4";
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int FIXED_BYTES = MAGIC.length + 2 + Short.BYTES;
    private static final int MAX_TEXT_BYTES = 1 << 16;
    private static final Pattern TEXT =
            Pattern.compile("\\{\\s*'descr':\\s*'([^']*)',\\s*'fortran_order':\\s*(True|False),"
                    + "\\s*'shape':\\s*\\(((?:\\d{1,18},\\s*){0,64}(?:\\d{1,18})?)\\),?\\s*}\\s*");

    public NpyHeader {
        shape = shape.clone();
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    /** Whether the elements are little-endian float32 in C order. */
    public boolean isFloat32() {
        return descr.equals(FLOAT32) && !fortranOrder;
    }

    /**
     * The bytes before the elements of a little-endian float32 array in C order; its position is 0.
     *
     * @param sizeBytes how many bytes to make it, with padding
     * @throws IllegalArgumentException if that is not enough
     */
    public static ByteBuffer ofFloats(int sizeBytes, long... shape) {
        String dims = LongStream.of(shape).mapToObj(String::valueOf).collect(Collectors.joining(", "));
        String text = "{'descr': '" + FLOAT32 + "', 'fortran_order': False, 'shape': (" + dims
                + (shape.length == 1 ? ",), }" : "), }");
        int textBytes = sizeBytes - FIXED_BYTES;
        if (text.length() >= textBytes || textBytes > 0xFFFF) {
            throw new IllegalArgumentException("a .npy header of " + sizeBytes + " bytes for " + text);
        }
        ByteBuffer header = ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
        header.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) textBytes);
        header.put(text.getBytes(StandardCharsets.US_ASCII));
        while (header.remaining() > 1) {
            header.put((byte) ' ');
        }
        return header.put((byte) '\n').flip();
    }

    /**
     * Reads a header as NumPy writes it, format 1 to 3, and leaves {@code in} at the first element.
     *
     * @throws CorruptEntryException if it is not one, or ends early
     */
    public static NpyHeader read(InputStream in) throws IOException {
        byte[] start = in.readNBytes(MAGIC.length + 2);
        if (start.length < MAGIC.length + 2 || !Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new CorruptEntryException("it does not start with \\x93NUMPY");
        }
        int version = start[MAGIC.length];
        int lengthBytes = version == 1 ? Short.BYTES : Integer.BYTES;
        ByteBuffer number = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int found = in.readNBytes(number.array(), 0, lengthBytes);
        long length = Integer.toUnsignedLong(number.getInt());
        if (version < 1 || version > 3 || found < lengthBytes || length > MAX_TEXT_BYTES) {
            throw new CorruptEntryException("a .npy header of version " + version + " and " + length + " bytes");
        }
        byte[] text = in.readNBytes((int) length);
        Matcher matcher = TEXT.matcher(new String(text, StandardCharsets.ISO_8859_1));
        if (text.length < length || !matcher.matches()) {
            throw new CorruptEntryException("a .npy header that gives no element type, order and shape");
        }
        long[] shape = matcher.group(3).isEmpty()
                ? new long[0]
                : Arrays.stream(matcher.group(3).split(",\\s*"))
                        .mapToLong(Long::parseLong)
                        .toArray();
        return new NpyHeader(
                matcher.group(1), matcher.group(2).equals("True"), shape, start.length + lengthBytes + text.length);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof NpyHeader h
                && descr.equals(h.descr)
                && fortranOrder == h.fortranOrder
                && Arrays.equals(shape, h.shape)
                && sizeBytes == h.sizeBytes;
    }

    @Override
    public int hashCode() {
        return descr.hashCode() * 31 + Arrays.hashCode(shape);
    }

    /** {@code <f4 [2, 3]} */
    @Override
    public String toString() {
        return descr + (fortranOrder ? " in Fortran order " : " ") + Arrays.toString(shape);
    }
}
