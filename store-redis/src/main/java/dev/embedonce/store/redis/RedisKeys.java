package dev.embedonce.store.redis;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.store.Selection;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The names of things in the server; all start with the store's prefix. Thread-safe.
 *
 * <pre>
 * e:NAMESPACE:HASH          an entry; NAMESPACE, 64 hexadecimal digits, is the digest of its two versions, HASH the
 * content hash p:NAMESPACE:HASH:ID:N     part N of an entry too large for one string; ID, 16 digits, tells its writer
 * l:NAMESPACE:HASH          a lease; its value is the owner namespaces                a hash: NAMESPACE -> model
 * version, line feed, preprocessing version counters                  a hash: name -> number
 * </pre>
 */
final class RedisKeys {
    private static final int NAMESPACE_DIGITS = 64;

    /** What every entry of a namespace has in its key. */
    record Versions(String model, String preproc) {
        static Versions of(CacheKey key) {
            return new Versions(key.modelVersion(), key.preprocVersion());
        }

        String namespace() {
            return FramedDigest.tagged("embedonce.redis.namespace.v1")
                    .put("model", model)
                    .put("preproc", preproc)
                    .hexDigest();
        }

        String text() {
            return model + "\n" + preproc;
        }

        static Optional<Versions> parse(String namespace, String text) {
            int feed = text.indexOf('\n');
            return feed < 0
                    ? Optional.empty()
                    : Optional.of(new Versions(text.substring(0, feed), text.substring(feed + 1)))
                            .filter(versions -> versions.namespace().equals(namespace));
        }
    }

    /** An entry's name taken apart. */
    record Name(String namespace, ContentHash hash) {}

    private final String prefix;
    private final Map<Versions, String> namespaces = new ConcurrentHashMap<>();

    RedisKeys(String prefix) {
        this.prefix = prefix;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    String namespace(Versions versions) {
        return namespaces.computeIfAbsent(versions, Versions::namespace);
    }

    private String place(CacheKey key) {
        return namespace(Versions.of(key)) + ":" + key.contentHash().hex();
    }

    byte[] entry(CacheKey key) {
        return bytes(prefix + "e:" + place(key));
    }

    byte[] entry(Name name) {
        return bytes(prefix + "e:" + name.namespace() + ":" + name.hash().hex());
    }

    byte[] lease(CacheKey key) {
        return bytes(prefix + "l:" + place(key));
    }

    byte[] part(CacheKey key, long id, int part) {
        return bytes(prefix + "p:" + place(key) + ":" + HexFormat.of().toHexDigits(id) + ":" + part);
    }

    byte[] namespaces() {
        return bytes(prefix + "namespaces");
    }

    byte[] counters() {
        return bytes(prefix + "counters");
    }

    /** A pattern that matches the names of all selected entries, and perhaps of more. */
    byte[] pattern(Selection selection) {
        String namespace = selection.modelVersion() != null && selection.preprocVersion() != null
                ? namespace(new Versions(selection.modelVersion(), selection.preprocVersion()))
                : "*";
        String hash =
                selection.contentHash() == null ? "*" : selection.contentHash().hex();
        return bytes(prefix.replaceAll("([\\[\\]*?^\\\\-])", "\\\\$1") + "e:" + namespace + ":" + hash);
    }

    /** Takes an entry's name apart; empty if it is not one. */
    Optional<Name> parse(byte[] name) {
        String text = new String(name, StandardCharsets.UTF_8);
        int start = prefix.length() + 2;
        if (text.length() <= start + NAMESPACE_DIGITS
                || !text.startsWith(prefix + "e:")
                || text.charAt(start + NAMESPACE_DIGITS) != ':') {
            return Optional.empty();
        }
        try {
            ContentHash hash = new ContentHash(text.substring(start + NAMESPACE_DIGITS + 1));
            return Optional.of(new Name(text.substring(start, start + NAMESPACE_DIGITS), hash));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // somebody else's
        }
    }
}
