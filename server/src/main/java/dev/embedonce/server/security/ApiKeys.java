package dev.embedonce.server.security;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embedonce.codec.SecretFiles;
import dev.embedonce.server.http.ApiException;
import dev.embedonce.server.http.Caller;
import dev.embedonce.server.http.ErrorKind;
import dev.embedonce.server.http.Exchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The API keys, and who has them. Keys are compared by their SHA-256, so that neither memory nor timing gives one away.
 * Immutable.
 *
 * <p>The file is JSON: {@code {"keys": [{"name": "alice", "key": "...", "salt": "...", "admin": false}]}}; instead of
 * {@code key} there may be its {@code sha256} in hexadecimal. Keys with the same salt share entries; a key without one
 * is an error. {@code "formerSalts": ["..."]} beside {@code keys} names salts that no key has any more, so that
 * deletions reach the entries that they left.
 */
public final class ApiKeys {
    /** No keys: everybody may do everything. */
    public static final ApiKeys NONE = new ApiKeys(Map.of(), Set.of());

    private static final int SHORTEST_KEY = 16;
    private static final Set<String> FIELDS = Set.of("name", "key", "sha256", "salt", "admin");
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private final Map<String, Caller> callers;
    private final Set<String> formerSalts;

    private ApiKeys(Map<String, Caller> callersBySha256, Set<String> formerSalts) {
        this.callers = Map.copyOf(callersBySha256);
        this.formerSalts = Set.copyOf(formerSalts);
    }

    /**
     * Reads a file of keys.
     *
     * @throws IllegalArgumentException if it is not understood; no key is in the message
     */
    public static ApiKeys read(Path file) throws IOException {
        JsonNode root;
        try {
            root = JSON.readTree(Files.readAllBytes(file));
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + ": no JSON at line "
                    + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()));
        }
        SecretFiles.warnIfOthersCanRead(file);
        JsonNode keys = root.path("keys");
        if (!keys.isArray() || keys.isEmpty()) {
            throw new IllegalArgumentException(file + ": expected {\"keys\": [...]} with at least one key");
        }
        Map<String, Caller> callers = new HashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            try {
                if (callers.put(digest(keys.get(i)), caller(keys.get(i))) != null) {
                    throw new IllegalArgumentException("the same key a second time");
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(file + ": keys[" + i + "]: " + e.getMessage());
            }
        }
        return new ApiKeys(callers, formerSalts(file, root.path("formerSalts")));
    }

    private static Set<String> formerSalts(Path file, JsonNode node) {
        Set<String> salts = new HashSet<>();
        node.forEach(salt -> salts.add(salt.isTextual() ? salt.textValue() : ""));
        if (!(node.isMissingNode() || node.isArray()) || salts.contains("")) {
            throw new IllegalArgumentException(file + ": formerSalts is a list of texts that are not empty");
        }
        return salts;
    }

    private static String digest(JsonNode entry) {
        JsonNode key = entry.path("key");
        JsonNode digest = entry.path("sha256");
        if (key.isTextual() == digest.isTextual()) {
            throw new IllegalArgumentException("expected either key or sha256");
        }
        if (digest.isTextual()) {
            String hex = digest.textValue().toLowerCase(Locale.ROOT);
            if (!hex.matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException("sha256 has 64 hexadecimal digits");
            }
            return hex;
        }
        if (key.textValue().length() < SHORTEST_KEY) {
            throw new IllegalArgumentException("a key has at least " + SHORTEST_KEY + " characters");
        }
        return sha256(key.textValue());
    }

    private static Caller caller(JsonNode entry) {
        entry.fieldNames().forEachRemaining(field -> {
            if (!FIELDS.contains(field)) {
                throw new IllegalArgumentException("unknown field " + field);
            }
        });
        String salt = entry.path("salt").asText("");
        String name = entry.path("name").asText("");
        if (salt.isEmpty() || name.isEmpty()) {
            throw new IllegalArgumentException("expected a name and a salt");
        }
        return new Caller(name, Optional.of(salt), entry.path("admin").asBoolean(false));
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return callers.isEmpty();
    }

    /** The salts of all tenants, former ones too. */
    public Set<String> salts() {
        return Stream.concat(callers.values().stream().map(Caller::tenant), formerSalts.stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Who sends a request: {@code Authorization: Bearer KEY}, {@code x-api-key: KEY}, or, for browsers, HTTP Basic with
     * the key as password.
     *
     * @throws ApiException if no known key comes with it
     */
    public Caller caller(Exchange exchange) {
        if (callers.isEmpty()) {
            return Caller.ANYBODY;
        }
        Caller caller = exchange.header("x-api-key")
                .or(() -> exchange.header("Authorization").flatMap(ApiKeys::authorization))
                .map(key -> callers.get(sha256(key)))
                .orElse(null);
        if (caller == null) {
            throw new ApiException(
                    ErrorKind.UNAUTHENTICATED,
                    "this server needs an API key that it knows",
                    null,
                    "invalid_api_key",
                    Map.of("WWW-Authenticate", "Basic realm=\"EmbedOnce\", charset=\"UTF-8\", Bearer"));
        }
        return caller;
    }

    private static Optional<String> authorization(String header) {
        String[] parts = header.strip().split(" +", 2);
        if (parts.length == 2 && parts[0].equalsIgnoreCase("Bearer")) {
            return Optional.of(parts[1]);
        }
        if (parts.length == 2 && parts[0].equalsIgnoreCase("Basic")) {
            try {
                String pair = new String(Base64.getDecoder().decode(parts[1]), StandardCharsets.UTF_8);
                return Optional.of(pair.substring(pair.indexOf(':') + 1));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static String sha256(String key) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
