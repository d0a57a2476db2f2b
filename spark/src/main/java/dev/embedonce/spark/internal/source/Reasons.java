package dev.embedonce.spark.internal.source;

/** Why something failed, in one line. */
public final class Reasons {
    private Reasons() {}

    /** An error's message, or what kind of error it is if it has none. */
    public static String of(Throwable error) {
        String message = error.getMessage();
        return message == null || message.isBlank()
                ? error.getClass().getSimpleName()
                : message.lines().findFirst().orElse(message);
    }
}
