package dev.embedonce.server.http;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of one request without holding a thread: it runs when something has arrived, takes it and asks to be
 * run again. Jetty runs it on one thread at a time.
 *
 * <p>After a refusal the rest is read for a while and discarded: a connection that is closed with unread bytes is
 * reset, and the client might never see why.
 */
final class BodyReader implements Runnable {
    /** The longest time that the rest of a refused body is read. */
    static final Duration DISCARD_TIME = Duration.ofSeconds(2);

    private static final long DISCARD_BYTES = 64L << 20;

    private final Request request;
    private final EndPoint endPoint;
    private final long idleMillis;
    private final long most;
    private final BodyBudget.Share share;
    private final Duration within;
    private final Receiver receiver;
    private final BodyBytes body;
    private long deadline;
    private long discarded;
    private @Nullable ApiException refusal;

    /** Is told once what became of the body. */
    interface Receiver {
        /** It is complete. */
        void received(byte[] body);

        /** It is refused. */
        void refused(ApiException why);

        /** It cannot be read. */
        void failed(Throwable failure);
    }

    private BodyReader(Request request, long most, Duration within, BodyBudget.Share share, Receiver receiver) {
        this.request = request;
        this.endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        this.idleMillis = endPoint.getIdleTimeout();
        this.most = most;
        this.share = share;
        this.within = within;
        this.receiver = receiver;
        this.body = new BodyBytes(most, share::take);
        this.deadline = System.nanoTime() + within.toNanos();
    }

    /**
     * Starts to read.
     *
     * @param most how many bytes it may have
     * @param within how long it may take
     * @param share is charged for the memory
     */
    static void start(Request request, long most, Duration within, BodyBudget.Share share, Receiver receiver) {
        BodyReader reader = new BodyReader(request, most, within, share, receiver);
        if (request.getLength() > most) {
            reader.refuse(tooLarge(most));
        }
        reader.run();
    }

    @Override
    public void run() {
        try {
            readOn();
        } catch (RuntimeException | OutOfMemoryError e) {
            body.clear();
            receiver.failed(e);
        }
    }

    private void readOn() {
        for (Content.Chunk chunk = request.read(); chunk != null; chunk = request.read()) {
            if (Content.Chunk.isFailure(chunk)) {
                fail(chunk.getFailure());
                return;
            }
            try {
                take(chunk);
            } finally {
                chunk.release();
            }
            if (chunk.isLast() || discarded > DISCARD_BYTES) {
                end();
                return;
            }
            if (leftNanos() <= 0) {
                slow();
                return;
            }
        }
        endPoint.setIdleTimeout(Math.max(1, Math.min(idleMillis, leftNanos() / 1_000_000)));
        request.demand(this);
    }

    private long leftNanos() {
        return deadline - System.nanoTime();
    }

    private void take(Content.Chunk chunk) {
        if (refusal != null) {
            discarded += chunk.remaining();
            return;
        }
        try {
            if (!body.add(chunk.getByteBuffer())) {
                refuse(tooLarge(most));
            }
        } catch (ApiException e) {
            refuse(e);
        }
    }

    private void refuse(ApiException why) {
        refusal = why;
        body.clear();
        share.close();
        deadline = Math.min(deadline, System.nanoTime() + DISCARD_TIME.toNanos());
    }

    private void fail(Throwable failure) {
        if (failure instanceof TimeoutException) {
            slow();
        } else if (failure instanceof HttpException http && http.getCode() < 500) {
            refuse(new ApiException(ErrorKind.INVALID, "the body is not understood: its chunks are malformed"));
            end();
        } else {
            endReading();
            receiver.failed(failure);
        }
    }

    private void slow() {
        if (refusal == null) {
            refuse(new ApiException(
                    ErrorKind.SLOW_REQUEST,
                    "the body came too slowly: nothing for a while, or not all within " + within.toSeconds() + " s"));
        }
        end();
    }

    private void end() {
        endReading();
        if (refusal != null) {
            receiver.refused(refusal);
        } else {
            receiver.received(body.toArray());
        }
    }

    private void endReading() {
        endPoint.setIdleTimeout(idleMillis);
        share.endReading();
    }

    private static ApiException tooLarge(long most) {
        return new ApiException(
                ErrorKind.TOO_LARGE,
                "the body is larger than the " + most + " bytes this server takes",
                null,
                "request_too_large",
                Map.of());
    }
}
