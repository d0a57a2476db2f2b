package dev.embedonce.server.chat;

import dev.embedonce.server.http.ApiException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Base64;
import java.util.Locale;

/** Where a request's picture comes from. */
public sealed interface ImageReference {
    /** The request itself has its encoded bytes. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Inline(byte[] encoded) implements ImageReference {}

    /** A URL: {@code http:}, {@code https:} or {@code file:}. */
    record Linked(URI uri) implements ImageReference {}

    /**
     * Reads a URL or data URI.
     *
     * @param where it stands in the request
     * @throws ApiException if it is neither
     */
    static ImageReference parse(String text, String where) {
        if (text.regionMatches(true, 0, "data:", 0, 5)) {
            return dataUri(text, where);
        }
        try {
            URI uri = new URI(text.strip());
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            if (scheme.equals("http") || scheme.equals("https") || scheme.equals("file")) {
                return new Linked(uri);
            }
        } catch (URISyntaxException e) {
            throw ApiException.invalid(where, "invalid_image_url", "not a URL");
        }
        throw ApiException.invalid(
                where, "invalid_image_url", "expected data:image/...;base64,... or an http, https or file URL");
    }

    private static ImageReference dataUri(String text, String where) {
        int comma = text.indexOf(',');
        String head = comma < 0 ? "" : text.substring(5, comma).toLowerCase(Locale.ROOT);
        if (!head.startsWith("image/") || !head.endsWith(";base64")) {
            throw ApiException.invalid(
                    where, "invalid_image_url", "a data URI of a picture begins data:image/...;base64,");
        }
        return base64(text.substring(comma + 1), where);
    }

    /**
     * Reads a picture in Base64.
     *
     * @throws ApiException if it is none
     */
    static ImageReference base64(String text, String where) {
        try {
            byte[] bytes = Base64.getDecoder().decode(text.strip());
            if (bytes.length == 0) {
                throw ApiException.invalid(where, "invalid_base64", "an empty picture");
            }
            return new Inline(bytes);
        } catch (IllegalArgumentException e) {
            throw ApiException.invalid(where, "invalid_base64", "not Base64");
        }
    }
}
