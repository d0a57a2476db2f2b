package dev.embedonce.store.files;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.stream.IntStream;

/** Reads bytes of files into memory: many of them on all cores at once, since one core copies more slowly than memory takes them. */
final class FileBytes {
    /** What one core reads at a time. */
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
        int pieces = (buffer.capacity() + PIECE_BYTES - 1) / PIECE_BYTES;
        if (pieces < SHARED_FROM_PIECES) {
            fill(in, from, buffer.duplicate());
            return;
        }
        try {
            IntStream.range(0, pieces).parallel().forEach(piece -> {
                int start = piece * PIECE_BYTES;
                int size = Math.min(PIECE_BYTES, buffer.capacity() - start);
                try {
                    fill(in, from + start, buffer.slice(start, size));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void fill(FileChannel in, long from, ByteBuffer piece) throws IOException {
        while (piece.hasRemaining()) {
            if (in.read(piece, from + piece.position()) < 0) {
                throw new EOFException();
            }
        }
    }
}
