package dev.embedonce.image.internal.jpeg;

import dev.embedonce.image.internal.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The bits of a scan, most significant first, with stuffed zero bytes taken out. Stops at markers and returns zeros
 * there.
 */
final class BitReader {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] data;
    private int position;
    private long buffer;
    private int bits;
    private int invented;

    BitReader(byte[] data, int position) {
        this.data = data;
        this.position = position;
    }

    /** Makes at least 32 bits available. */
    void fill() {
        if (bits < 32) {
            refill();
        }
    }

    private void refill() {
        if (position + 4 <= data.length) {
            int word = (int) INT.get(data, position);
            if (((~word - 0x01010101) & word & 0x80808080) == 0) {
                buffer = buffer << 32 | (word & 0xFFFFFFFFL);
                bits += 32;
                position += 4;
                return;
            }
        }
        while (bits <= 48) {
            buffer = buffer << 8 | nextByte();
            bits += 8;
        }
    }

    private int nextByte() {
        if (position < data.length) {
            int value = data[position] & 0xFF;
            if (value != 0xFF) {
                position++;
                return value;
            }
            if (position + 1 < data.length && data[position + 1] == 0) {
                position += 2;
                return value;
            }
        }
        invented += 8;
        return 0;
    }

    int peek(int n) {
        return (int) (buffer >>> (bits - n)) & ((1 << n) - 1);
    }

    void skip(int n) {
        bits -= n;
    }

    int read(int n) {
        int value = peek(n);
        bits -= n;
        return value;
    }

    /** Throws if bits were read that the file does not have. */
    void checkNotPastEnd() {
        if (invented > bits) {
            throw Bytes.truncated(JpegHeader.NAME);
        }
    }

    /** The position of the marker at which the scan ends, or of whatever follows the bits read so far. */
    int position() {
        int whole = Math.max(0, bits - invented) / 8;
        int at = position;
        for (int i = 0; i < whole; i++) {
            at--;
            if (data[at] == 0 && at > 0 && (data[at - 1] & 0xFF) == 0xFF) {
                at--;
            }
        }
        return at;
    }

    /** Continues after restart marker {@code number}. */
    void restart(int number) {
        checkNotPastEnd();
        int at = position();
        while (at + 1 < data.length
                && !((data[at] & 0xFF) == 0xFF && data[at + 1] != 0 && (data[at + 1] & 0xFF) != 0xFF)) {
            at++;
        }
        if (at + 1 >= data.length) {
            throw Bytes.truncated(JpegHeader.NAME);
        }
        if ((data[at + 1] & 0xFF) != 0xD0 + number) {
            throw JpegHeader.corrupt("restart marker missing");
        }
        position = at + 2;
        buffer = 0;
        bits = 0;
        invented = 0;
    }
}
