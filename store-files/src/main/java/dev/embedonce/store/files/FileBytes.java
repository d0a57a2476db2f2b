package dev.embedonce.store.files;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.stream.IntStream;

/**
 * Reads bytes of files into memory, piece by piece: the JDK reads into the heap through direct memory as large as the
 * piece, and keeps it. Many pieces are read on all cores at once, since one core copies more slowly than memory takes
 * them.
 */
final class FileBytes {
    private static final int PIECE_BYTES = 1 << 20;

    /** From so many pieces on sharing them pays. */
    private static final int SHARED_FROM_PIECES = 8;

    private FileBytes() {}

    /**
     * Fills {@code buffer} from its start to its capacity. Thread-safe, as are reads at a position of one channel.
     *
     * @throws EOFException if the file ends before; what the buffer holds then is open
     * @throws java.nio.channels.ClosedChannelException if the calling thread was interrupted
     * @throws IOException if the file cannot be read
     */
    static void read(FileChannel in, long from, ByteBuffer buffer) throws IOException {
        int count = (buffer.capacity() + PIECE_BYTES - 1) / PIECE_BYTES;
        IntStream pieces = IntStream.range(0, count);
        try {
            (count < SHARED_FROM_PIECES ? pieces : pieces.parallel()).forEach(piece -> fill(in, from, buffer, piece));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void fill(FileChannel in, long from, ByteBuffer buffer, int number) {
        int start = number * PIECE_BYTES;
        ByteBuffer piece = buffer.slice(start, Math.min(PIECE_BYTES, buffer.capacity() - start));
        try {
            while (piece.hasRemaining()) {
                if (in.read(piece, from + start + piece.position()) < 0) {
                    throw new EOFException();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
