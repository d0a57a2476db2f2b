package dev.embedonce.server.security;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The hosts from which pictures may be fetched. An entry is a host name ({@code images.example.org}), one with
 * everything below it ({@code *.example.org}), or either with a port; without a port it means 80 and 443. Names must
 * lead to public addresses. An address in a private network must itself be listed, with its port: {@code
 * 10.0.0.7:9000}. Immutable.
 */
public final class AllowedHosts {
    /** No hosts. */
    public static final AllowedHosts NONE = new AllowedHosts(List.of());

    private static final Pattern NAME =
            Pattern.compile("(\\*\\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
    private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]");

    private final List<Entry> entries;

    private record Entry(String host, int port) {
        static Entry parse(String text) {
            String entry = text.strip().toLowerCase(Locale.ROOT);
            int colon = entry.lastIndexOf(':');
            boolean hasPort = colon > entry.lastIndexOf(']');
            String host = hasPort ? entry.substring(0, colon) : entry;
            String port = hasPort ? entry.substring(colon + 1) : "0";
            boolean isHost =
                    NAME.matcher(host).matches() || ADDRESS.matcher(host).matches();
            if (!isHost || !port.matches("\\d{1,5}")) {
                throw new IllegalArgumentException(
                        "hosts for pictures: expected names or addresses, with or without a port; found something else"
                                + " (not shown, as it may hold a password)");
            }
            return new Entry(host, Integer.parseInt(port));
        }

        boolean matches(String actualHost, int actualPort) {
            boolean portFits = port == 0 ? actualPort == 80 || actualPort == 443 : actualPort == port;
            boolean hostFits = host.startsWith("*.") ? actualHost.endsWith(host.substring(1)) : host.equals(actualHost);
            return portFits && hostFits;
        }
    }

    private AllowedHosts(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /**
     * The hosts of a list.
     *
     * @throws IllegalArgumentException if an entry is none
     */
    public static AllowedHosts of(List<String> entries) {
        return new AllowedHosts(entries.stream().map(Entry::parse).toList());
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Whether a picture may be fetched from there, judged by the name alone. */
    boolean allows(URI uri) {
        String host = host(uri);
        return entries.stream().anyMatch(entry -> entry.matches(host, port(uri)));
    }

    /** Whether a host is an address that is itself listed, so that it may be private. */
    boolean namesAddress(String host, int port) {
        String literal = host.toLowerCase(Locale.ROOT);
        String bracketed = literal.contains(":") && !literal.startsWith("[") ? "[" + literal + "]" : literal;
        return ADDRESS.matcher(bracketed).matches()
                && entries.stream().anyMatch(entry -> entry.host.equals(bracketed) && entry.matches(bracketed, port));
    }

    static String host(URI uri) {
        return uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
    }

    static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }
}
