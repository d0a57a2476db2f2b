package dev.embedonce.vlm.trace;

import dev.embedonce.codec.Safetensors;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.graph.safetensors.TensorInfo;
import dev.embedonce.graph.safetensors.Weights;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tensors by name in a safetensors file. */
public final class TensorFile {
    private TensorFile() {}

    /**
     * Reads the tensors whose types ours have.
     *
     * @throws dev.embedonce.error.ModelLoadException if the file cannot be read or is damaged
     */
    public static Map<String, Tensor> read(Path file) {
        Weights weights = Checkpoint.openFile(file);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name : weights.names()) {
            TensorInfo info = weights.get(name);
            Arrays.stream(DType.values())
                    .filter(dtype -> dtype.safetensorsName().equals(info.type().safetensorsName()))
                    .findFirst()
                    .ifPresent(dtype ->
                            tensors.put(name, Tensor.copyOf(dtype, info.shape().dims(), Weights.map(info))));
        }
        return tensors;
    }

    /** Writes tensors: beside, then into place. A failure leaves what was there. */
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Path beside = Files.createTempFile(folder, ".trace-", ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                for (ByteBuffer part : Safetensors.file(tensors, metadata)) {
                    while (part.hasRemaining()) {
                        channel.write(part);
                    }
                }
            }
            Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(beside);
        }
    }
}
