package dev.embedonce.vlm;

/** A picture of a request that cannot be used. */
public final class BadImageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int index;

    BadImageException(int index, RuntimeException cause) {
        super("image " + (index + 1) + ": " + cause.getMessage(), cause);
        this.index = index;
    }

    /** Which picture of the request, from 0 on. */
    public int index() {
        return index;
    }
}
