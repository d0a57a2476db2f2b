package dev.embedonce.cli.terminal;

/** The command's exit codes. */
public final class ExitCodes {
    /** All done; images that could not be encoded are warnings. */
    public static final int OK = 0;
    /** Done, but something was found that {@code --strict} or the command's purpose counts as a failure. */
    public static final int FOUND_PROBLEMS = 1;
    /** Not done: wrong arguments, or something needed is missing, unreadable or unreachable. */
    public static final int CANNOT = 2;
    /** A bug of ours. */
    public static final int INTERNAL = 70;

    private ExitCodes() {}
}
