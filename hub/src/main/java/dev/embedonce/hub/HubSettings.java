package dev.embedonce.hub;

import dev.embedonce.codec.SecretFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the hub and its cache are, from the variables that Python's {@code huggingface_hub} reads too.
 *
 * @param cache the folder with {@code models--organisation--name} folders; it need not exist
 * @param endpoint the hub's address, without a slash at the end
 * @param offline whether nothing may be downloaded
 * @param token sent to the endpoint, and to no other host
 */
public record HubSettings(Path cache, URI endpoint, boolean offline, Optional<String> token) {
    private static final String PUBLIC_HUB = "https://huggingface.co";
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");

    public HubSettings {
        if (endpoint.getHost() == null) {
            throw new IllegalArgumentException("the hub's address needs a scheme and a host; found '" + endpoint + "'");
        }
    }

    /** What this process's environment and the user's files say. */
    public static HubSettings fromEnvironment() {
        return of(System.getenv(), Path.of(System.getProperty("user.home", ".")));
    }

    static HubSettings of(Map<String, String> environment, Path home) {
        Path xdg = path(environment, "XDG_CACHE_HOME").orElse(home.resolve(".cache"));
        Path hfHome = path(environment, "HF_HOME").orElse(xdg.resolve("huggingface"));
        Path cache = path(environment, "HF_HUB_CACHE")
                .or(() -> path(environment, "HUGGINGFACE_HUB_CACHE"))
                .orElse(hfHome.resolve("hub"));
        String endpoint = text(environment, "HF_ENDPOINT").orElse(PUBLIC_HUB);
        boolean offline = isTrue(environment.get("HF_HUB_OFFLINE")) || isTrue(environment.get("TRANSFORMERS_OFFLINE"));
        return new HubSettings(cache, URI.create(endpoint.replaceAll("/+$", "")), offline, token(environment, hfHome));
    }

    private static Optional<String> token(Map<String, String> environment, Path hfHome) {
        if (isTrue(environment.get("HF_HUB_DISABLE_IMPLICIT_TOKEN"))) {
            return Optional.empty();
        }
        Path file = path(environment, "HF_TOKEN_PATH").orElse(hfHome.resolve("token"));
        return text(environment, "HF_TOKEN")
                .or(() -> text(environment, "HUGGING_FACE_HUB_TOKEN"))
                .or(() -> read(file))
                .map(token -> token.replaceAll("[\\r\\n]", "").strip())
                .filter(token -> !token.isEmpty());
    }

    private static Optional<String> read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                return Optional.empty();
            }
            SecretFiles.warnIfOthersCanRead(file);
            return Optional.of(Files.readString(file));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> text(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    private static Optional<Path> path(Map<String, String> environment, String name) {
        return text(environment, name).map(Path::of);
    }

    private static boolean isTrue(@Nullable String value) {
        return value != null && TRUE.contains(value.toUpperCase(Locale.ROOT));
    }

    /** Without the token. */
    @Override
    public String toString() {
        return endpoint + (offline ? " (offline)" : "") + ", cache " + cache;
    }
}
