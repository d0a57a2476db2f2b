package dev.embedonce.codec;

import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * CRC-32C of bytes that may be many: long stretches are summed on all cores, piece by piece. A piece's sum moves in
 * front of {@code n} more bytes when it is multiplied by x^8n, as polynomials over GF(2) modulo Castagnoli's (RFC 3720,
 * appendix B.4, says which; its lowest power is the highest bit here, as in {@link CRC32C}).
 */
final class Checksum {
    private static final int CASTAGNOLI = 0x82F63B78;
    private static final int ONE = 1 << 31;
    private static final int X_TO_THE_8TH = ONE >>> 8;

    private static final int PIECE_BYTES = 1 << 20;
    /** From so many pieces on sharing them pays. */
    private static final int SHARED_FROM_PIECES = 8;

    private Checksum() {}

    /** The sum of all that is left in {@code first} and then in {@code second}; their positions stay. */
    static int of(ByteBuffer first, ByteBuffer second) {
        CRC32C crc = new CRC32C();
        crc.update(first.duplicate());
        int pieces = (second.remaining() + PIECE_BYTES - 1) / PIECE_BYTES;
        if (pieces < SHARED_FROM_PIECES) {
            crc.update(second.duplicate());
            return (int) crc.getValue();
        }
        int[] sums = new int[pieces];
        IntStream.range(0, pieces).parallel().forEach(piece -> sums[piece] = sum(piece(second, piece)));
        int whole = power(PIECE_BYTES);
        int sum = (int) crc.getValue();
        for (int piece = 0; piece < pieces; piece++) {
            int size = piece(second, piece).remaining();
            sum = product(sum, size == PIECE_BYTES ? whole : power(size)) ^ sums[piece];
        }
        return sum;
    }

    private static ByteBuffer piece(ByteBuffer bytes, int piece) {
        int start = piece * PIECE_BYTES;
        return bytes.slice(bytes.position() + start, Math.min(PIECE_BYTES, bytes.remaining() - start));
    }

    private static int sum(ByteBuffer piece) {
        CRC32C crc = new CRC32C();
        crc.update(piece);
        return (int) crc.getValue();
    }

    /** x^8n. */
    private static int power(int n) {
        int power = ONE;
        int square = X_TO_THE_8TH;
        for (int left = n; left > 0; left >>= 1) {
            if ((left & 1) == 1) {
                power = product(power, square);
            }
            square = product(square, square);
        }
        return power;
    }

    private static int product(int a, int b) {
        int product = 0;
        int shifted = b;
        for (int bit = ONE; bit != 0; bit >>>= 1) {
            if ((a & bit) != 0) {
                product ^= shifted;
            }
            shifted = (shifted & 1) == 0 ? shifted >>> 1 : (shifted >>> 1) ^ CASTAGNOLI;
        }
        return product;
    }
}
