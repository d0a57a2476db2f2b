package dev.embedonce.server.metrics;

import dev.embedonce.engine.schedule.EngineListener;
import java.util.concurrent.atomic.LongAdder;

/** The metrics of one chat model. Thread-safe. */
public final class ModelMetrics implements EngineListener {
    private final String labels;
    private final LongAdder written = new LongAdder();
    private final LongAdder read = new LongAdder();
    private final LongAdder prompts = new LongAdder();
    private final LongAdder reused = new LongAdder();
    private final Histogram firstToken = new Histogram(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30);
    private final Histogram step = new Histogram(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5);
    private final Histogram batch = new Histogram(1, 2, 4, 8, 16, 32);

    /**
     * Nothing counted yet.
     *
     * @param model its name
     */
    public ModelMetrics(String model) {
        this.labels = MetricsText.label("model", model);
    }

    @Override
    public void step(int sequences, long nanos) {
        written.add(sequences);
        batch.add(sequences);
        step.add(nanos / 1e9);
    }

    @Override
    public void chunk(int tokens, long nanos) {
        read.add(tokens);
    }

    @Override
    public void prompt(int tokens, int reusedTokens) {
        prompts.add(tokens);
        reused.add(reusedTokens);
    }

    @Override
    public void firstToken(long nanos) {
        written.increment();
        firstToken.add(nanos / 1e9);
    }

    String labels() {
        return labels;
    }

    long written() {
        return written.sum();
    }

    long read() {
        return read.sum();
    }

    long prompts() {
        return prompts.sum();
    }

    long reused() {
        return reused.sum();
    }

    Histogram firstToken() {
        return firstToken;
    }

    Histogram step() {
        return step;
    }

    Histogram batch() {
        return batch;
    }
}
