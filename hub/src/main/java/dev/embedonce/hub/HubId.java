package dev.embedonce.hub;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model on the hub, written {@code organisation/name} or {@code organisation/name@revision}.
 *
 * @param repository organisation and name
 * @param revision a branch, tag or commit
 */
public record HubId(String repository, String revision) {
    /** The revision that is meant where none is named. */
    public static final String MAIN = "main";

    private static final String WORD = "[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_-])?";
    private static final Pattern ID =
            Pattern.compile("(" + WORD + "/" + WORD + ")(?:@([A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+){0,8}))?");

    public HubId {
        Matcher matcher = ID.matcher(repository + "@" + revision);
        if (!matcher.matches() || repository.contains("..") || revision.contains("..") || repository.contains("--")) {
            throw new IllegalArgumentException("not a model on the hub: '" + repository + "@" + revision + "'");
        }
    }

    /** Reads an id; empty if the text is not one. */
    public static Optional<HubId> parse(String text) {
        Matcher matcher = ID.matcher(text);
        if (!matcher.matches() || text.contains("..") || matcher.group(1).contains("--")) {
            return Optional.empty();
        }
        String revision = matcher.group(2);
        return Optional.of(new HubId(matcher.group(1), revision == null ? MAIN : revision));
    }

    @Override
    public String toString() {
        return revision.equals(MAIN) ? repository : repository + "@" + revision;
    }
}
