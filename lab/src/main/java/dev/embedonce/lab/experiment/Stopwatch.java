package dev.embedonce.lab.experiment;

import java.lang.management.ManagementFactory;

/** Wall time and processor time of this process, all threads, since it was made. */
final class Stopwatch {
    private static final double NANOS = 1e9;

    private final long wallStart = System.nanoTime();
    private final long processorStart = processorNanos();

    double wallSeconds() {
        return (System.nanoTime() - wallStart) / NANOS;
    }

    /** 0 where the platform does not say. */
    double processorSeconds() {
        return (processorNanos() - processorStart) / NANOS;
    }

    private static long processorNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? Math.max(0, system.getProcessCpuTime())
                : 0;
    }
}
