package dev.embedonce.engine.schedule.internal;

import dev.embedonce.engine.event.AnswerEvent;
import dev.embedonce.engine.event.TokenChance;
import dev.embedonce.vlm.generate.GenerationOptions;
import dev.embedonce.vlm.prompt.Prompt;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;

/**
 * One answer to be generated. Its events go to a queue, in order; after {@link AnswerEvent.Done} or {@link
 * AnswerEvent.Failed} there are no more for this choice. Thread-safe.
 */
public final class Ticket {
    private final int choice;
    private final Owner owner;
    private final Prompt prompt;
    private final GenerationOptions options;
    private final OptionalInt likeliest;
    private final BlockingQueue<AnswerEvent> events;
    private final long arrivedNanos;
    private final long deadlineNanos;
    private volatile boolean cancelled;

    /**
     * A ticket for one answer.
     *
     * @param choice which answer of its request
     * @param tenant whose it is: prompts are compared with the same tenant's only
     * @param deletions from the cache when its request began, as {@code FeatureCache.deletions} counts: prompts are not
     *     compared with those from before a deletion either
     * @param likeliest how many of the likeliest tokens to report at each position; empty for no probabilities at all
     * @param events unbounded
     * @param arrivedNanos when its request came, as {@link System#nanoTime}
     * @param deadlineNanos when it is given up, likewise
     */
    public Ticket(
            int choice,
            String tenant,
            long deletions,
            Prompt prompt,
            GenerationOptions options,
            OptionalInt likeliest,
            BlockingQueue<AnswerEvent> events,
            long arrivedNanos,
            long deadlineNanos) {
        this.choice = choice;
        this.owner = new Owner(tenant, deletions);
        this.prompt = prompt;
        this.options = options;
        this.likeliest = likeliest;
        this.events = events;
        this.arrivedNanos = arrivedNanos;
        this.deadlineNanos = deadlineNanos;
    }

    /** Ends it: its row is free at the next step, and no more events follow. */
    public void cancel() {
        cancelled = true;
    }

    /** Whether nobody waits for it any more: it is cancelled, or past its deadline. */
    boolean isOver() {
        return cancelled || System.nanoTime() - deadlineNanos > 0;
    }

    int choice() {
        return choice;
    }

    String tenant() {
        return owner.tenant();
    }

    Owner owner() {
        return owner;
    }

    Prompt prompt() {
        return prompt;
    }

    GenerationOptions options() {
        return options;
    }

    OptionalInt likeliest() {
        return likeliest;
    }

    long arrivedNanos() {
        return arrivedNanos;
    }

    void tell(AnswerEvent event) {
        events.add(event);
    }

    void tell(String text, List<TokenChance> chances) {
        tell(new AnswerEvent.Piece(choice, text, chances));
    }
}
