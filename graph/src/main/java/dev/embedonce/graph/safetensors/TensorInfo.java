package dev.embedonce.graph.safetensors;

import dev.embedonce.graph.Shape;
import dev.embedonce.graph.TensorType;
import java.nio.file.Path;

/**
 * Where a tensor of a checkpoint lies: row-major little-endian elements, {@code length} bytes from byte {@code offset}
 * of the file on.
 *
 * @param file the real path of the file, no symbolic link
 * @param offset bytes from the start of the file
 * @param length bytes
 */
public record TensorInfo(String name, TensorType type, Shape shape, Path file, long offset, long length) {

    /** {@code F32 [2, 3]} */
    public String describe() {
        return type + " " + shape;
    }
}
