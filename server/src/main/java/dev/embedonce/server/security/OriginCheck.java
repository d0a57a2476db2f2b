package dev.embedonce.server.security;

import dev.embedonce.server.http.ApiException;
import dev.embedonce.server.http.ErrorKind;
import dev.embedonce.server.http.Exchange;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Keeps other people's web pages from using this server through a visitor's browser: a name that was rebound to our
 * address is not one of ours, and a page of another origin may not send requests. Immutable.
 */
public final class OriginCheck {
    private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]");

    private final Set<String> hosts;
    private final Set<String> origins;

    /**
     * A check.
     *
     * @param hosts names by which clients may address this server, besides {@code localhost} and plain addresses
     * @param origins of web pages that may use it, such as {@code https://chat.example.org}, besides its own
     */
    public OriginCheck(Set<String> hosts, Set<String> origins) {
        this.hosts = Stream.concat(hosts.stream(), Stream.of("localhost"))
                .map(OriginCheck::lower)
                .collect(Collectors.toUnmodifiableSet());
        this.origins = origins.stream().map(OriginCheck::lower).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Checks a request, and allows its origin to read the answer if it is an allowed one.
     *
     * @throws ApiException if it comes to a name that is not ours, or from another site
     */
    public void check(Exchange exchange) {
        String host = lower(exchange.header("Host").orElse(""));
        String name = host.replaceFirst(":\\d*$", "");
        if (!hosts.contains(name) && !ADDRESS.matcher(name).matches()) {
            throw new ApiException(ErrorKind.FORBIDDEN, "this server is not known by the name in the Host header");
        }
        Optional<String> origin = exchange.header("Origin").map(OriginCheck::lower);
        if (origin.isPresent() && !isOwn(origin.get(), host)) {
            if (!origins.contains(origin.get())) {
                throw new ApiException(ErrorKind.FORBIDDEN, "web pages of this origin may not use this server");
            }
            exchange.addHeader("Access-Control-Allow-Origin", origin.get());
            exchange.addHeader("Access-Control-Allow-Methods", "GET, POST, DELETE");
            exchange.addHeader("Access-Control-Allow-Headers", "authorization, content-type, x-api-key");
            exchange.addHeader("Vary", "Origin");
        } else if (origin.isEmpty()
                && exchange.header("Sec-Fetch-Site")
                        .filter("cross-site"::equals)
                        .isPresent()
                && exchange.header("Sec-Fetch-Mode").filter("navigate"::equals).isEmpty()) {
            throw new ApiException(ErrorKind.FORBIDDEN, "web pages of other sites may not use this server");
        }
    }

    private static boolean isOwn(String origin, String host) {
        try {
            return host.equals(
                    lower(Optional.ofNullable(URI.create(origin).getAuthority()).orElse("")));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String lower(String text) {
        return text.strip().toLowerCase(Locale.ROOT);
    }
}
