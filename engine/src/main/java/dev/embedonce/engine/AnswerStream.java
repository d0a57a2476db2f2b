package dev.embedonce.engine;

import dev.embedonce.engine.event.AnswerEvent;
import dev.embedonce.engine.schedule.Admission;
import dev.embedonce.engine.schedule.internal.NoRoomException;
import dev.embedonce.engine.schedule.internal.Ticket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An answer, or several, while they are generated. Used by one thread, except for {@link #cancel}. Close it: that ends
 * what is not finished.
 */
public final class AnswerStream implements AutoCloseable {
    static final long LOOK_MILLIS = 200;

    private final BooleanSupplier abandoned;
    private final Admission.Place place;
    private final List<Ticket> tickets;
    private final BlockingQueue<AnswerEvent> events;
    private final List<ServedImage> images;
    private final int promptTokens;
    private final long deadline;
    private final @Nullable ToolEvents tools;
    private final Deque<AnswerEvent> ready = new ArrayDeque<>();
    private int open;
    private long lookAgain = System.nanoTime();
    private volatile boolean cancelled;

    /** An answer under way; {@code tools} finds the calls in it, and is null if no tools were offered. */
    AnswerStream(
            BooleanSupplier abandoned,
            Admission.Place place,
            List<Ticket> tickets,
            BlockingQueue<AnswerEvent> events,
            List<ServedImage> images,
            int promptTokens,
            long deadline,
            @Nullable ToolEvents tools) {
        this.abandoned = abandoned;
        this.place = place;
        this.tickets = tickets;
        this.events = events;
        this.images = images;
        this.promptTokens = promptTokens;
        this.deadline = deadline;
        this.tools = tools;
        this.open = tickets.size();
    }

    /** The conversation's pictures, in order, and how they were served. */
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
     * The next event; waits for it. Never an {@link AnswerEvent.Failed}.
     *
     * @throws EngineException if the answer fails, takes too long, or nobody waits for it any more
     * @throws IllegalStateException if all answers have ended
     */
    public AnswerEvent next() {
        if (isDone()) {
            throw new IllegalStateException("the answer has ended");
        }
        AnswerEvent event = ready.poll();
        while (event == null) {
            AnswerEvent written = poll();
            if (written instanceof AnswerEvent.Failed failed) {
                throw failed(failed.error());
            }
            ready.addAll(tools == null ? List.of(written) : tools.of(written));
            event = ready.poll();
        }
        if (event instanceof AnswerEvent.Done) {
            open--;
        }
        return event;
    }

    private AnswerEvent poll() {
        try {
            while (true) {
                AnswerEvent event = events.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                long now = System.nanoTime();
                if (now - deadline > 0) {
                    throw EngineException.timedOut();
                }
                if (cancelled) {
                    throw EngineException.cancelled();
                }
                if (event == null || now - lookAgain > 0) {
                    look();
                }
                if (event != null) {
                    return event;
                }
            }
        } catch (InterruptedException e) {
            throw EngineException.interrupted(e);
        }
    }

    /**
     * Asks now and then even while events keep coming: an answer that is not passed on in pieces has no write that
     * would fail.
     */
    private void look() {
        if (abandoned.getAsBoolean()) {
            throw EngineException.cancelled();
        }
        lookAgain = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);
    }

    private static EngineException failed(Throwable error) {
        return error instanceof NoRoomException
                ? new EngineException(EngineException.Kind.NO_ROOM, "no memory for this answer at the moment", error)
                : EngineException.closed(error);
    }

    /**
     * Waits for the rest and puts it together. Call it before {@link #next}.
     *
     * @return the answers, as many as were asked for
     * @throws EngineException as {@link #next} does
     */
    public List<WholeAnswer> whole() {
        Map<Integer, WholeAnswer.Growing> growing = new HashMap<>();
        Map<Integer, WholeAnswer> answers = new TreeMap<>();
        while (!isDone()) {
            AnswerEvent event = next();
            WholeAnswer.Growing answer = growing.computeIfAbsent(event.choice(), choice -> new WholeAnswer.Growing());
            if (event instanceof AnswerEvent.Piece piece) {
                answer.add(piece);
            } else if (event instanceof AnswerEvent.Called called) {
                answer.add(called);
            } else if (event instanceof AnswerEvent.Done done) {
                answers.put(done.choice(), answer.end(done, promptTokens, images));
            }
        }
        return List.copyOf(answers.values());
    }

    /** Ends it, from any thread: whoever waits for it gets an {@link EngineException.Kind#CANCELLED} at once. */
    public void cancel() {
        cancelled = true;
        tickets.forEach(Ticket::cancel);
        events.add(new AnswerEvent.Failed(0, new CancellationException("cancelled")));
    }

    @Override
    public void close() {
        tickets.forEach(Ticket::cancel);
        place.close();
    }
}
