package dev.embedonce.spark.internal.source;

import dev.embedonce.embed.TooManyBytesException;
import java.io.IOException;
import java.io.InputStream;

/** Counts the bytes of a stream, and refuses to give more than so many. The stream stays its owner's to close. */
final class CountedStream extends InputStream {
    private final InputStream in;
    private final long most;
    private long count;

    CountedStream(InputStream in, long most) {
        this.in = in;
        this.most = most;
    }

    /** Bytes given so far. */
    long count() {
        return count;
    }

    @Override
    public int read() throws IOException {
        int value = in.read();
        return value < 0 ? value : counted(1, value);
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
        int read = in.read(buffer, from, length);
        return read < 0 ? read : counted(read, read);
    }

    private int counted(int bytes, int result) throws IOException {
        count += bytes;
        if (count > most) {
            throw new TooManyBytesException(most);
        }
        return result;
    }
}
