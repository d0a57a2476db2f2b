package dev.embedonce.server.chat;

import dev.embedonce.server.http.ApiException;
import dev.embedonce.server.http.ErrorKind;
import dev.embedonce.server.schedule.Admission;
import dev.embedonce.server.schedule.NoRoomException;
import dev.embedonce.server.schedule.Ticket;
import dev.embedonce.server.schedule.WritingEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** An answer, or several, while they are written. Used by one thread. Close it: what is not written by then never is. */
public final class Answer implements AutoCloseable {
    private static final long LOOK_MILLIS = 200;

    private final BooleanSupplier clientGone;
    private final Admission.Place place;
    private final List<Ticket> tickets;
    private final BlockingQueue<WritingEvent> events;
    private final List<ServedImage> images;
    private final int promptTokens;
    private final long deadline;
    private final @Nullable ToolEvents tools;
    private final Deque<WritingEvent> ready = new ArrayDeque<>();
    private int open;
    private long lookAgain = System.nanoTime();

    /** {@code tools} finds calls; null if none were offered. */
    Answer(
            BooleanSupplier clientGone,
            Admission.Place place,
            List<Ticket> tickets,
            BlockingQueue<WritingEvent> events,
            List<ServedImage> images,
            int promptTokens,
            long deadline,
            @Nullable ToolEvents tools) {
        this.clientGone = clientGone;
        this.place = place;
        this.tickets = tickets;
        this.events = events;
        this.images = images;
        this.promptTokens = promptTokens;
        this.deadline = deadline;
        this.tools = tools;
        this.open = tickets.size();
    }

    public List<ServedImage> images() {
        return images;
    }

    public int promptTokens() {
        return promptTokens;
    }

    /** Whether all answers have ended. */
    public boolean isDone() {
        return open == 0;
    }

    /**
     * What happens next; never a {@link WritingEvent.Failed}.
     *
     * @throws ClientGoneException if nobody waits for it any more
     * @throws ApiException if the answer cannot be written, or takes too long
     */
    public WritingEvent next() throws ClientGoneException {
        WritingEvent event = ready.poll();
        while (event == null) {
            WritingEvent written = poll();
            if (written instanceof WritingEvent.Failed failed) {
                throw failed(failed.error());
            }
            ready.addAll(tools == null ? List.of(written) : tools.of(written));
            event = ready.poll();
        }
        if (event instanceof WritingEvent.Done) {
            open--;
        }
        return event;
    }

    private WritingEvent poll() throws ClientGoneException {
        try {
            while (true) {
                WritingEvent event = events.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                long now = System.nanoTime();
                if (now - deadline > 0) {
                    throw timedOut();
                }
                if (event == null || now - lookAgain > 0) {
                    lookForClient();
                }
                if (event != null) {
                    return event;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiException(ErrorKind.UNAVAILABLE, "the server is shutting down");
        }
    }

    /** Now and then also while events come all the time: an answer that is not streamed has no write that would fail. */
    private void lookForClient() throws ClientGoneException {
        if (clientGone.getAsBoolean()) {
            throw new ClientGoneException();
        }
        lookAgain = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);
    }

    static ApiException timedOut() {
        return new ApiException(ErrorKind.UNAVAILABLE, "the request took longer than this server allows");
    }

    static ApiException failed(Throwable error) {
        return error instanceof NoRoomException
                ? new ApiException(ErrorKind.UNAVAILABLE, "no memory for this answer at the moment")
                : new ApiException(ErrorKind.UNAVAILABLE, "the server is shutting down");
    }

    @Override
    public void close() {
        tickets.forEach(Ticket::cancel);
        place.close();
    }
}
