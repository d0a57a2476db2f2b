package dev.embedonce.lab.data;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The machine and the software of a run.
 *
 * @param started in UTC
 * @param processor its model name, or the architecture where the system does not say
 * @param cores that the process may use
 * @param memoryGib of the machine; 0 if unknown
 * @param loadAverage of the last minute when the run began; negative if unknown
 * @param corpus a description of the pictures
 * @param corpusDigest over names and bytes of all of them
 */
public record Environment(
        String started,
        String scale,
        long seed,
        String processor,
        int cores,
        double memoryGib,
        double loadAverage,
        String system,
        String java,
        String encoder,
        String modelVersion,
        String preprocVersion,
        String runtime,
        int encoderThreads,
        int batchSize,
        String corpus,
        String corpusDigest) {

    /** The processor's name. */
    public static String processorName() {
        try {
            Path info = Path.of("/proc/cpuinfo");
            if (Files.isReadable(info)) {
                Optional<String> model = Files.readAllLines(info).stream()
                        .filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst();
                if (model.isPresent()) {
                    return model.get();
                }
            }
        } catch (IOException e) {
            // fall back to the architecture
        }
        return System.getProperty("os.arch", "unknown");
    }

    /** Physical memory in GiB; 0 if unknown. */
    public static double machineMemoryGib() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? Math.round(system.getTotalMemorySize() / 1073741824.0 * 10) / 10.0
                : 0;
    }

    /** The system's load average; negative if unknown. */
    public static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    /** Name, version and architecture of the operating system. */
    public static String systemName() {
        return System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch");
    }

    /** Vendor and version of the Java runtime. */
    public static String javaName() {
        return System.getProperty("java.vendor") + " " + System.getProperty("java.version");
    }

    /** Now, to the second. */
    public static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
