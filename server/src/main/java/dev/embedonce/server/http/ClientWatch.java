package dev.embedonce.server.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.EndPoint;

/**
 * Notices that a client has gone while its answer is being made. Jetty does not read from the connection then, so this
 * class does: the end of the stream means that the client has gone. Bytes before the end would be the next request,
 * sent before this one was answered; as we have taken them, the connection ends after this answer, and the client has
 * to send it again. Not thread-safe.
 */
final class ClientWatch {
    /** Enough for what a client may send between two checks; the next check reads the rest. */
    private static final int MOST_BYTES = 64 * 1024;

    private final EndPoint endPoint;
    private boolean taken;
    private boolean gone;

    ClientWatch(EndPoint endPoint) {
        this.endPoint = endPoint;
    }

    boolean isGone() {
        if (!gone) {
            gone = look();
        }
        return gone;
    }

    private boolean look() {
        if (!endPoint.isOpen()) {
            return true;
        }
        if (!(endPoint.getTransport() instanceof SocketChannel channel) || channel.isBlocking()) {
            return false;
        }
        try {
            // one byte first: nearly always there is none
            int read = channel.read(ByteBuffer.allocate(1));
            if (read > 0) {
                taken = true;
                ByteBuffer more = ByteBuffer.allocate(MOST_BYTES);
                while (read > 0 && more.hasRemaining()) {
                    read = channel.read(more);
                }
            }
            return read < 0;
        } catch (IOException e) {
            return true;
        }
    }

    void close() {
        if (taken) {
            endPoint.close();
        }
    }
}
