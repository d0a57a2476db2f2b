package dev.embedonce.graph.onnx;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A finished graph, all that a session is made from. */
public final class OnnxGraph {
    private final byte[] modelProto;
    private final @Nullable Path externalFolder;

    OnnxGraph(byte[] modelProto, @Nullable Path externalFolder) {
        this.modelProto = modelProto;
        this.externalFolder = externalFolder;
    }

    /**
     * The bytes of an ONNX {@code ModelProto}, without the weights that lie in files. They may be many, so this is the array
     * itself; nobody writes to it.
     */
    public byte[] modelProto() {
        return modelProto;
    }

    /** The folder that the locations of the weights in files are relative to; empty if there are none. */
    public Optional<Path> externalFolder() {
        return Optional.ofNullable(externalFolder);
    }
}
