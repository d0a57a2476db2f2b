package dev.embedonce.engine;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Why there is no answer, or not the rest of it. */
public final class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int NONE = -1;

    private final Kind kind;
    private final int picture;
    private final int retryAfterSeconds;

    /** What went wrong. */
    public enum Kind {
        /** Too many answers wait; {@link EngineException#retryAfterSeconds} says when to ask again. */
        BUSY,
        /** There is no memory for the answer now; later there may be. */
        NO_ROOM,
        /** The conversation leaves no room for an answer. */
        TOO_LONG,
        /** A picture cannot be decoded, or is too large; {@link EngineException#picture} says which. */
        BAD_PICTURE,
        /** The pictures could not be encoded, for a reason that does not lie in them. */
        PICTURES_FAILED,
        /** No prompt for this model can be made of the conversation. */
        BAD_CONVERSATION,
        /** This model cannot call tools, or not in a way that is understood here. */
        NO_TOOLS,
        /** Nobody waits for the answer any more. */
        CANCELLED,
        /** It took too long. */
        TIMED_OUT,
        /** The thread that waited for it was interrupted, and still is. */
        INTERRUPTED,
        /** The engine is closed, or was closed meanwhile. */
        CLOSED
    }

    private EngineException(Kind kind, String message, int picture, int retryAfterSeconds, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.picture = picture;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    EngineException(Kind kind, String message, @Nullable Throwable cause) {
        this(kind, message, NONE, NONE, cause);
    }

    static EngineException busy(String message, int retryAfterSeconds, Throwable cause) {
        return new EngineException(Kind.BUSY, message, NONE, retryAfterSeconds, cause);
    }

    static EngineException badPicture(int picture, String message, Throwable cause) {
        return new EngineException(Kind.BAD_PICTURE, message, picture, NONE, cause);
    }

    static EngineException timedOut() {
        return new EngineException(Kind.TIMED_OUT, "the answer took longer than it may", null);
    }

    static EngineException cancelled() {
        return new EngineException(Kind.CANCELLED, "nobody waits for the answer any more", null);
    }

    static EngineException closed(Throwable cause) {
        return new EngineException(Kind.CLOSED, "the engine is closed", cause);
    }

    static EngineException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new EngineException(Kind.INTERRUPTED, "interrupted while waiting for the answer", cause);
    }

    public Kind kind() {
        return kind;
    }

    /** Which picture of the conversation, from 0 on; empty unless it is a {@link Kind#BAD_PICTURE}. */
    public OptionalInt picture() {
        return picture == NONE ? OptionalInt.empty() : OptionalInt.of(picture);
    }

    /** How long to wait before asking again, 1 to 60 s; empty unless it is {@link Kind#BUSY}. */
    public OptionalInt retryAfterSeconds() {
        return retryAfterSeconds == NONE ? OptionalInt.empty() : OptionalInt.of(retryAfterSeconds);
    }
}
