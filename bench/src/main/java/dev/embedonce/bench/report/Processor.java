package dev.embedonce.bench.report;

import dev.embedonce.lab.data.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The processor, with those of its instructions that decide how fast hashing and encoding are. */
final class Processor {
    /** Linux's names: on x86 for SHA-256, float32 and int8; then the same on ARM. */
    private static final List<String> TELLING = List.of(
            "sha_ni",
            "fma",
            "avx2",
            "avx512f",
            "avx_vnni",
            "avx512_vnni",
            "amx_int8",
            "sha2",
            "asimddp",
            "i8mm",
            "sve");

    private Processor() {}

    /** This machine's; its name alone where the system does not list instructions. */
    static String description() {
        try {
            return describe(Environment.processorName(), Files.readAllLines(Path.of("/proc/cpuinfo")));
        } catch (IOException e) {
            return Environment.processorName();
        }
    }

    /**
     * The name, and in brackets those of the instructions that it has.
     *
     * @param cpuinfo the lines of {@code /proc/cpuinfo}
     */
    static String describe(String name, List<String> cpuinfo) {
        return cpuinfo.stream()
                .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                .findFirst()
                .map(line -> name + instructions(line))
                .orElse(name);
    }

    private static String instructions(String flags) {
        List<String> all =
                List.of(flags.substring(flags.indexOf(':') + 1).strip().split(" +"));
        List<String> telling = TELLING.stream().filter(all::contains).toList();
        return telling.isEmpty() ? " (no telling instructions)" : " (" + String.join(" ", telling) + ")";
    }
}
