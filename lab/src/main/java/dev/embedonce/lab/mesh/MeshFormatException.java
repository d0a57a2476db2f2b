package dev.embedonce.lab.mesh;

/** A mesh file is malformed; the message names file, line and reason. */
public final class MeshFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MeshFormatException(String file, int line, String reason) {
        super(file + ", line " + line + ": " + reason);
    }
}
