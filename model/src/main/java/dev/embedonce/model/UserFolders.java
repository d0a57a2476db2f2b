package dev.embedonce.model;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the platform wants a user's files to be. */
public final class UserFolders {
    private UserFolders() {}

    /** The folder for what can be made again, such as {@code ~/.cache/embedonce}. It need not exist. */
    public static Path cache() {
        return cache(System.getenv(), System.getProperty("os.name", ""), Path.of(System.getProperty("user.home", ".")));
    }

    static Path cache(Map<String, String> environment, String os, Path home) {
        String name = os.toLowerCase(Locale.ROOT);
        String xdg = environment.get("XDG_CACHE_HOME");
        String local = environment.get("LOCALAPPDATA");
        if (isSet(xdg) && Path.of(xdg).isAbsolute()) {
            return Path.of(xdg, "embedonce");
        }
        if (name.startsWith("windows") && isSet(local)) {
            return Path.of(local, "embedonce", "cache");
        }
        if (name.startsWith("mac")) {
            return home.resolve("Library/Caches/embedonce");
        }
        return home.resolve(".cache/embedonce");
    }

    private static boolean isSet(@Nullable String value) {
        return value != null && !value.isEmpty();
    }
}
