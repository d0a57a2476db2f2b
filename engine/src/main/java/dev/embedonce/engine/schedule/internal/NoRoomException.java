package dev.embedonce.engine.schedule.internal;

/** The model could not go on with an answer, mostly for want of memory; another time it may. */
public final class NoRoomException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NoRoomException(Throwable cause) {
        super("the model could not go on with this answer", cause);
    }
}
