package dev.embedonce.graph.onnx;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A finished graph: all that a session is made from. */
public final class OnnxGraph {
    private final byte[] modelProto;
    private final @Nullable Path externalFolder;
    private final SortedMap<String, Integer> revisions;

    OnnxGraph(byte[] modelProto, @Nullable Path externalFolder, SortedMap<String, Integer> revisions) {
        this.modelProto = modelProto;
        this.externalFolder = externalFolder;
        this.revisions = Collections.unmodifiableSortedMap(new TreeMap<>(revisions));
    }

    /**
     * The bytes of an ONNX {@code ModelProto}, without the weights that are in files. This is the array itself, as it
     * may be large; it must not be changed.
     */
    public byte[] modelProto() {
        return modelProto;
    }

    /** The folder to which the locations of weights in files are relative; empty if there are none. */
    public Optional<Path> externalFolder() {
        return Optional.ofNullable(externalFolder);
    }

    /** The blocks that the graph is made of, by name, each with its revision: read-only. */
    public SortedMap<String, Integer> revisions() {
        return revisions;
    }
}
