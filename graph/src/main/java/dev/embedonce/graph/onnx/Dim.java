package dev.embedonce.graph.onnx;

import org.jspecify.annotations.Nullable;

/**
 * A dimension of a graph's input or output: a number, or a name for a size that is known only when the graph runs.
 *
 * @param name the name of a free dimension, or null
 * @param size the number of a fixed one; 0 if it is free
 */
public record Dim(@Nullable String name, long size) {

    public static Dim of(long size) {
        return new Dim(null, size);
    }

    public static Dim free(String name) {
        return new Dim(name, 0);
    }

    public boolean isFixed() {
        return name == null;
    }

    ProtoWriter proto() {
        return name == null ? new ProtoWriter().put(1, size) : new ProtoWriter().put(2, name);
    }
}
