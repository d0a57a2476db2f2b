package dev.embedonce.graph.runtime;

/**
 * How a session runs. No option changes what the model computes, so none is part of a model version.
 *
 * @param device where to run
 * @param threads threads that share the work of one operator, at least 1. With 1 the caller's own thread does
 *     everything, so several callers at once use several cores and share one copy of the weights
 * @param memory how external weights are kept
 */
public record SessionOptions(Device device, int threads, WeightMemory memory) {
    /** On the CPU, one thread a caller, weights repacked. */
    public static final SessionOptions DEFAULT = new SessionOptions(Device.CPU, 1, WeightMemory.FAST);

    public SessionOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1; found " + threads);
        }
    }

    public SessionOptions withDevice(Device value) {
        return new SessionOptions(value, threads, memory);
    }

    public SessionOptions withThreads(int value) {
        return new SessionOptions(device, value, memory);
    }

    public SessionOptions withMemory(WeightMemory value) {
        return new SessionOptions(device, threads, value);
    }
}
