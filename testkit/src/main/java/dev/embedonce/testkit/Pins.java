package dev.embedonce.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Digests that may change only together with a revision: a table with a line for each pinned item, {@code
 * name,digest,revisions}. A test passes the current values; a digest that has changed without a revision is a change
 * that cached answers would not notice, and the test fails and names it.
 *
 * <p>With the system property {@value #RENEW} set to true, lines whose revisions have changed, and missing ones, are
 * rewritten; lines of which only the digest has changed are not. Not thread-safe.
 */
public final class Pins {
    /** The property that renews lines instead of failing, where that is allowed. */
    public static final String RENEW = "embedonce.renewPins";

    private static final String HEADER = "name,digest,revisions";

    private record Pin(String digest, String revisions) {}

    private final Path file;
    private final String kind;
    private final String command;
    private final boolean renew;

    private Pins(Path file, String kind, String command, boolean renew) {
        this.file = file;
        this.kind = kind;
        this.command = command;
        this.renew = renew;
    }

    /**
     * Opens a table.
     *
     * @param file the table, in the sources
     * @param kind what its digests are of, such as {@code graph}, for messages
     * @param command what renews it, without {@value #RENEW}
     */
    public static Pins of(Path file, String kind, String command) {
        return new Pins(file, kind, command + " -D" + RENEW + "=true", Boolean.getBoolean(RENEW));
    }

    /** The same table, with lines renewed or not. */
    Pins renewing(boolean value) {
        return new Pins(file, kind, command, value);
    }

    /**
     * Compares one item with its line.
     *
     * @param digest of it
     * @param revisions of the parts that make it
     * @throws AssertionError if they differ; it says what to do
     */
    public void check(String name, String digest, SortedMap<String, Integer> revisions) {
        SortedMap<String, Pin> pins = read();
        Pin now = new Pin(digest, text(revisions));
        Pin pinned = pins.get(name);
        if (now.equals(pinned)) {
            return;
        }
        if (pinned != null && now.revisions.equals(pinned.revisions)) {
            throw new AssertionError(
                    name + ": its " + kind + " has changed, and no revision has, so that cached answers would"
                            + " stay in use. Raise the REVISION of the part you changed, one of [" + now.revisions
                            + "], then renew the line with: " + command
                            + ". (If only the test data are new, delete the line of "
                            + name + " in " + file + " first.)");
        }
        if (!renew) {
            throw new AssertionError(name + ": " + difference(pinned, now) + ". If that is meant, renew the line in "
                    + file + " with: " + command);
        }
        pins.put(name, now);
        write(pins);
    }

    private String difference(@Nullable Pin pinned, Pin now) {
        if (pinned == null) {
            return "its " + kind + " is not pinned yet";
        }
        return "its revisions have changed, and with them the version under which its answers are cached: ["
                + pinned.revisions + "] became [" + now.revisions + "]";
    }

    private static String text(Map<String, Integer> revisions) {
        return revisions.entrySet().stream()
                .map(part -> part.getKey() + "=" + part.getValue())
                .collect(Collectors.joining(" "));
    }

    private SortedMap<String, Pin> read() {
        SortedMap<String, Pin> pins = new TreeMap<>();
        try {
            List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of(HEADER);
            for (String line : lines.subList(1, lines.size())) {
                String[] fields = line.split(",", -1);
                if (fields.length != 3) {
                    throw new AssertionError(file + ": expected " + HEADER + ", found " + line);
                }
                pins.put(fields[0], new Pin(fields[1], fields[2]));
            }
            return pins;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(SortedMap<String, Pin> pins) {
        StringBuilder text = new StringBuilder(HEADER).append('\n');
        pins.forEach((name, pin) ->
                text.append(name + "," + pin.digest + "," + pin.revisions).append('\n'));
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
