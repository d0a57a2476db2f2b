package dev.embedonce.engine.schedule.internal;

import dev.embedonce.engine.event.AnswerEvent;
import dev.embedonce.engine.schedule.EngineListener;
import dev.embedonce.engine.schedule.EngineOptions;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.LanguageModel;
import dev.embedonce.vlm.tokenizer.ModelTokenizer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Generates the answers of one model on one thread, with chunked prefill and continuous batching. Every round frees the
 * rows of tickets that are cancelled or past their deadline, admits waiting ones, prefills one chunk of one prompt, and
 * runs one decode step for every answer under way: so a new prompt, however long, delays the others by one chunk a
 * token, and a chunk takes no longer than a step ({@link ChunkSize}). Prompts in prefill take turns. Thread-safe.
 */
public final class DecodeEngine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DecodeEngine.class);

    private final Rows rows;
    private final ModelTokenizer tokenizer;
    private final Set<Integer> endTokens;
    private final EngineOptions options;
    private final EngineListener listener;
    private final ChunkSize chunks;
    private final int contextTokens;
    private final int vocabulary;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final FairQueue<Ticket> waiting = new FairQueue<>();
    private long forget;
    private boolean closed;

    private final List<Row> prefilling = new ArrayList<>();
    private final List<Row> decoding = new ArrayList<>();
    private volatile int active;
    private final Thread thread;

    /**
     * Starts the thread.
     *
     * @param name of the thread
     * @param endTokens that end an answer
     */
    public DecodeEngine(
            String name,
            LanguageModel language,
            ModelTokenizer tokenizer,
            Set<Integer> endTokens,
            EngineOptions options,
            EngineListener listener) {
        this.rows = new Rows(language, options);
        this.tokenizer = tokenizer;
        this.endTokens = Set.copyOf(endTokens);
        this.options = options;
        this.listener = listener;
        this.chunks = new ChunkSize(options.chunkTokens());
        this.contextTokens = Math.min(options.contextTokens(), language.contextTokens());
        this.vocabulary = language.vocabulary();
        this.thread = new Thread(this::run, "embedonce-decode-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** The most tokens of a prompt and its answer together. */
    public int contextTokens() {
        return contextTokens;
    }

    /**
     * Queues a ticket, whose prompt is shorter than {@link #contextTokens}.
     *
     * @throws IllegalStateException if the engine is closed
     */
    public void submit(Ticket ticket) {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the engine is closed");
            }
            waiting.add(ticket.tenant(), ticket);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Keeps no sequences of requests that began before a deletion: finished ones are dropped before the next round, and
     * those under way when they end. A request that begins after the deletion never reuses them.
     *
     * @param deletions the number of the deletion, as {@link Ticket} has it
     */
    public void forget(long deletions) {
        lock.lock();
        try {
            forget = Math.max(forget, deletions);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Tickets that wait for a row. */
    public int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Whether its thread is alive. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    /** Answers under way. */
    public int active() {
        return active;
    }

    /** Bytes of the KV cache and other state of sequences. */
    public long stateBytes() {
        return rows.bytes();
    }

    /** One answer under way. */
    private static final class Row {
        final Ticket ticket;
        final AnswerWriter writer;
        Rows.@Nullable Place place;

        Row(Ticket ticket, AnswerWriter writer) {
            this.ticket = ticket;
            this.writer = writer;
        }

        Rows.Place place() {
            if (place == null) {
                throw new IllegalStateException("the prompt has not begun");
            }
            return place;
        }
    }

    private void run() {
        try {
            boolean open = true;
            while (open) {
                open = step();
            }
        } finally {
            CancellationException closing = new CancellationException("the engine is closed");
            List<Ticket> left = new ArrayList<>();
            lock.lock();
            try {
                closed = true;
                left.addAll(waiting.removeIf(ticket -> true));
            } finally {
                lock.unlock();
            }
            prefilling.forEach(row -> left.add(row.ticket));
            decoding.forEach(row -> left.add(row.ticket));
            left.forEach(ticket -> ticket.tell(new AnswerEvent.Failed(ticket.choice(), closing)));
            rows.close();
        }
    }

    /** One round; returns whether to go on. Whatever it throws ends the answers under way, and not the thread. */
    private boolean step() {
        try {
            boolean open = admit();
            if (open) {
                round();
            }
            return open;
        } catch (Throwable e) {
            LOG.error("a step of the language model failed; all answers under way end here", e);
            failAll(e);
            return true;
        }
    }

    private void round() {
        if (!prefilling.isEmpty()) {
            Row row = prefilling.remove(0);
            try {
                prefillChunk(row);
            } catch (Throwable e) {
                prefilling.add(row);
                throw e;
            }
        }
        if (!decoding.isEmpty()) {
            decodeStep();
        }
    }

    /** Admits tickets, and waits for one if there is nothing to do; returns whether to go on. */
    private boolean admit() {
        prefilling.removeIf(this::dropIfOver);
        decoding.removeIf(this::dropIfOver);
        lock.lock();
        try {
            while (true) {
                if (closed) {
                    return false;
                }
                rows.forget(forget);
                waiting.removeIf(Ticket::isOver).forEach(DecodeEngine::tellOver);
                while (prefilling.size() + decoding.size() < options.mostRows()) {
                    Ticket ticket = waiting.poll();
                    if (ticket == null) {
                        break;
                    }
                    int most = Math.min(
                            ticket.options().maxTokens(),
                            contextTokens - ticket.prompt().length());
                    prefilling.add(new Row(ticket, new AnswerWriter(ticket, tokenizer, endTokens, most)));
                }
                active = prefilling.size() + decoding.size();
                if (active > 0) {
                    return true;
                }
                rows.rest();
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean dropIfOver(Row row) {
        if (!row.ticket.isOver()) {
            return false;
        }
        if (row.place != null) {
            rows.remove(row.place);
        }
        tellOver(row.ticket);
        return true;
    }

    private static void tellOver(Ticket ticket) {
        ticket.tell(
                new AnswerEvent.Failed(ticket.choice(), new CancellationException("cancelled, or past its deadline")));
    }

    private void prefillChunk(Row row) {
        if (row.place == null) {
            try {
                row.place = rows.begin(row.ticket.owner(), row.ticket.prompt());
            } catch (RuntimeException | OutOfMemoryError e) {
                LOG.warn("no room for a sequence", e);
                row.ticket.tell(new AnswerEvent.Failed(row.ticket.choice(), new NoRoomException(e)));
                return;
            }
            listener.prompt(row.ticket.prompt().length(), row.place.reusedTokens());
        }
        long start = System.nanoTime();
        int from = row.place.sequence().length();
        int left = row.ticket.prompt().length() - from;
        int tokens = row.ticket.prompt().pauseFrom(from + chunks.next(left, !decoding.isEmpty())) - from;
        Tensor logits = rows.prefill(row.place, tokens, tokens == left);
        long nanos = System.nanoTime() - start;
        chunks.chunk(tokens, nanos);
        listener.chunk(tokens, nanos);
        if (tokens < left) {
            prefilling.add(row);
            return;
        }
        listener.firstToken(System.nanoTime() - row.ticket.arrivedNanos());
        if (accept(row, logits.floats(), 0)) {
            decoding.add(row);
        }
    }

    private void decodeStep() {
        long start = System.nanoTime();
        long[] tokens =
                decoding.stream().mapToLong(row -> row.writer.lastToken()).toArray();
        FloatBuffer logits =
                rows.decode(decoding.stream().map(Row::place).toList(), tokens).floats();
        List<Row> before = List.copyOf(decoding);
        for (int i = 0; i < before.size(); i++) {
            if (!accept(before.get(i), logits, i)) {
                decoding.remove(before.get(i));
            }
        }
        long nanos = System.nanoTime() - start;
        chunks.step(nanos);
        listener.step(before.size(), nanos);
    }

    /** Whether the answer goes on. */
    private boolean accept(Row row, FloatBuffer logits, int index) {
        float[] own = new float[vocabulary];
        logits.get(index * vocabulary, own);
        var end = row.writer.accept(own);
        if (end == null) {
            return true;
        }
        int reused = row.place().reusedTokens();
        rows.keep(row.place());
        row.ticket.tell(
                new AnswerEvent.Done(row.ticket.choice(), end, row.writer.stop(), reused, row.writer.written()));
        return false;
    }

    private void failAll(Throwable cause) {
        RuntimeException error = new NoRoomException(cause);
        for (List<Row> list : List.of(prefilling, decoding)) {
            list.forEach(row -> row.ticket.tell(new AnswerEvent.Failed(row.ticket.choice(), error)));
            list.clear();
        }
        rows.reset();
    }

    /** Ends everything: answers that wait or are under way fail. Returns when the thread has ended. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(1));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
