package dev.embedonce.vlm;

import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.runtime.WeightMemory;
import dev.embedonce.graph.safetensors.TensorInfo;
import dev.embedonce.vlm.load.FamilyFiles;
import java.lang.management.ManagementFactory;

/**
 * How weights are kept if nobody says: repacked as float32 where that takes no more than half of the machine's memory.
 */
final class MemoryChoice {
    private MemoryChoice() {}

    static WeightMemory of(FamilyFiles files, NumericMode languageMode) {
        long floats = files.weights().names().stream()
                .map(files.weights()::get)
                .mapToLong(MemoryChoice::elements)
                .sum();
        long bytes = floats * languageMode.bits() / Byte.SIZE;
        return bytes <= machineBytes() / 2 ? WeightMemory.FAST : WeightMemory.MAP;
    }

    private static long elements(TensorInfo tensor) {
        return tensor.length() / tensor.type().sizeBytes();
    }

    private static long machineBytes() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean machine
                ? machine.getTotalMemorySize()
                : Long.MAX_VALUE;
    }
}
