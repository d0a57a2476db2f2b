package dev.embedonce.store.files;

import dev.embedonce.error.CorruptEntryException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code .npy} format as far as vectors need it: magic, version, header length, a Python dictionary padded with spaces,
 * the elements.
 */
final class Npy {
    /**
     * Where the elements of an array of ours start. numpy itself pads a vector's header to 128 bytes, so this also says that
     * a trailer must follow the elements: a file of ours that lost it does not pass for one of numpy's.
     */
    static final int OUR_DATA_OFFSET = 192;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int FIXED_BYTES_1 = MAGIC.length + 4;
    private static final int FIXED_BYTES_2 = MAGIC.length + 6;
    private static final Pattern DESCR = Pattern.compile("['\"]descr['\"]\\s*:\\s*['\"]([^'\"]*)['\"]");
    private static final Pattern SHAPE = Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([0-9,\\s]*)\\)");

    private Npy() {}

    /**
     * A file's header.
     *
     * @param dataOffset where the elements start
     * @param descr numpy's name of the element type, such as {@code <f4}
     * @param shape as written, such as {@code 384,}
     */
    record Header(int dataOffset, String descr, String shape) {
        /** The length if this is a float32 vector, otherwise -1. */
        long vectorLength() {
            Matcher vector = Pattern.compile("\\s*(\\d{1,10})\\s*,\\s*").matcher(shape);
            return descr.equals("<f4") && vector.matches() ? Long.parseLong(vector.group(1)) : -1;
        }
    }

    /** The {@value #OUR_DATA_OFFSET} bytes before the elements of a float32 vector. */
    static ByteBuffer vectorHeader(int length) {
        byte[] dictionary = ("{'descr': '<f4', 'fortran_order': False, 'shape': (" + length + ",), }")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] text = Arrays.copyOf(dictionary, OUR_DATA_OFFSET - FIXED_BYTES_1);
        Arrays.fill(text, dictionary.length, text.length, (byte) ' ');
        text[text.length - 1] = '\n';
        return ByteBuffer.allocate(OUR_DATA_OFFSET)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC)
                .put((byte) 1)
                .put((byte) 0)
                .putShort((short) text.length)
                .put(text)
                .flip();
    }

    /**
     * Reads a header, of ours or of numpy's.
     *
     * @throws CorruptEntryException if it is not one
     */
    static Header parse(ByteBuffer file) {
        ByteBuffer in = file.slice().order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[MAGIC.length];
        if (in.remaining() < FIXED_BYTES_2) {
            throw new CorruptEntryException("a .npy file of " + in.remaining() + " bytes");
        }
        in.get(magic);
        if (!Arrays.equals(magic, MAGIC)) {
            throw new CorruptEntryException("it does not start with \\x93NUMPY");
        }
        int major = in.get();
        in.get();
        long length = major == 1 ? Short.toUnsignedInt(in.getShort()) : Integer.toUnsignedLong(in.getInt());
        if (major < 1 || major > 3 || length > in.remaining()) {
            throw new CorruptEntryException("a .npy header of version " + major + " and " + length + " bytes");
        }
        byte[] text = new byte[(int) length];
        in.get(text);
        String dictionary = new String(text, StandardCharsets.UTF_8);
        Matcher descr = DESCR.matcher(dictionary);
        Matcher shape = SHAPE.matcher(dictionary);
        if (!descr.find() || !shape.find()) {
            throw new CorruptEntryException("a .npy header without element type or shape");
        }
        return new Header(in.position(), descr.group(1), shape.group(1));
    }
}
