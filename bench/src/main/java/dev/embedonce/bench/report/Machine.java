package dev.embedonce.bench.report;

import dev.embedonce.lab.data.Environment;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where, when and with what a benchmark ran.
 *
 * @param time when it ended, UTC
 * @param commit of the working tree, with {@code +changes} if it had any; "unknown" outside of one
 * @param processor its name and those of its instructions that matter here
 * @param loadAverage of the last minute when the run began; negative if unknown
 * @param versions of the contenders' software
 */
public record Machine(
        String time,
        String commit,
        String scale,
        long seed,
        String processor,
        int cores,
        double memoryGib,
        double loadAverage,
        String system,
        String java,
        long maxHeapMib,
        Map<String, String> versions) {
    public Machine {
        versions = new TreeMap<>(versions);
    }

    /** This machine. */
    public static Machine here(String commit, String scale, long seed, double load, Map<String, String> versions) {
        return new Machine(
                Environment.now(),
                commit,
                scale,
                seed,
                Processor.description(),
                Runtime.getRuntime().availableProcessors(),
                Environment.machineMemoryGib(),
                load,
                Environment.systemName(),
                Environment.javaName(),
                Runtime.getRuntime().maxMemory() >> 20,
                versions);
    }
}
