package dev.embedonce.graph.safetensors;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a checkpoint by name, and read access to their bytes. Immutable and thread-safe; holds no open file. A
 * mapping lives as long as its buffer.
 */
public final class Weights {
    private final String source;
    private final TreeMap<String, TensorInfo> tensors = new TreeMap<>();

    Weights(String source, Collection<TensorInfo> tensors) {
        this.source = source;
        tensors.forEach(tensor -> this.tensors.put(tensor.name(), tensor));
    }

    /** The file or directory, for messages. */
    public String source() {
        return source;
    }

    /** All names, sorted. */
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    public boolean contains(String name) {
        return tensors.containsKey(name);
    }

    public Optional<TensorInfo> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /**
     * The tensor of this name.
     *
     * @throws ModelLoadException if there is none
     */
    public TensorInfo get(String name) {
        return find(name).orElseThrow(() -> new ModelLoadException(source + ": tensor " + name + " is missing"));
    }

    /**
     * The bytes of a tensor, mapped: read-only, little-endian.
     *
     * @throws ModelLoadException if the file cannot be read or the tensor passes 2 GiB
     */
    public static ByteBuffer map(TensorInfo tensor) {
        return map(tensor, 0, tensor.length());
    }

    /**
     * Some of the bytes of a tensor, mapped: read-only, little-endian.
     *
     * @throws ModelLoadException if the file cannot be read or {@code length} passes 2 GiB
     */
    public static ByteBuffer map(TensorInfo tensor, long from, long length) {
        if (length > Integer.MAX_VALUE) {
            throw new ModelLoadException(tensor.file() + ": tensor " + tensor.name() + ": " + length
                    + " bytes are more than can be mapped at once");
        }
        try (FileChannel channel = FileChannel.open(tensor.file(), StandardOpenOption.READ)) {
            if (channel.size() < tensor.offset() + tensor.length()) {
                throw new ModelLoadException(tensor.file() + ": the file became shorter after it was opened");
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, tensor.offset() + from, length)
                    .order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new ModelLoadException(tensor.file() + ": tensor " + tensor.name() + " cannot be read: " + e, e);
        }
    }

    /**
     * The elements of a float tensor, exactly, as float32.
     *
     * @throws ModelLoadException if the file cannot be read
     * @throws IllegalArgumentException if the type is not F32, F16 or BF16
     */
    public static float[] floats(TensorInfo tensor) {
        return floats(tensor, 0, Math.toIntExact(tensor.length() / tensor.type().sizeBytes()));
    }

    /** Some elements of a float tensor, exactly, as float32; errors as in {@link #floats(TensorInfo)}. */
    public static float[] floats(TensorInfo tensor, long from, int count) {
        long size = tensor.type().sizeBytes();
        ByteBuffer bytes = map(tensor, from * size, count * size);
        float[] values = new float[count];
        switch (tensor.type()) {
            case F32 -> bytes.asFloatBuffer().get(values);
            case F16 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = HalfFloats.float16(bytes.getShort(2 * i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = HalfFloats.bfloat16(bytes.getShort(2 * i));
                }
            }
            default ->
                throw new IllegalArgumentException("tensor " + tensor.name() + ": expected " + TensorType.F32 + ", "
                        + TensorType.F16 + " or " + TensorType.BF16 + ", found " + tensor.type());
        }
        return values;
    }

    /**
     * The lowest directory that holds all of these files.
     *
     * @throws ModelLoadException if there is none, as on two drives
     */
    public static Path commonFolder(Collection<Path> files) {
        Path folder = null;
        for (Path file : files) {
            Path parent = file.toAbsolutePath().normalize().getParent();
            Path above = folder == null ? parent : commonAncestor(folder, parent);
            if (above == null) {
                throw new ModelLoadException("the weights in " + folder + " and in " + parent
                        + " lie on different drives; the model and the cache of its quantised weights belong on one");
            }
            folder = above;
        }
        if (folder == null) {
            throw new IllegalArgumentException("no files");
        }
        return folder;
    }

    private static @Nullable Path commonAncestor(Path folder, @Nullable Path other) {
        Path ancestor = folder;
        while (ancestor != null && (other == null || !other.startsWith(ancestor))) {
            ancestor = ancestor.getParent();
        }
        return ancestor;
    }
}
