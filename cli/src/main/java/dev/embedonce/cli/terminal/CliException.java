package dev.embedonce.cli.terminal;

/** The user asked for something that cannot be done: one clear line and exit code 2. */
public final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CliException(String message) {
        super(message);
    }
}
