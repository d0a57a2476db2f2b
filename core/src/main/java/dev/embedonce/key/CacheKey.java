package dev.embedonce.key;

import dev.embedonce.hash.ContentHash;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an encoder's answer depends on, all of it: which model, which preprocessing, which bytes. The one thing in
 * EmbedOnce that does not plug in.
 *
 * @param modelVersion which encoder: an architecture name and a digest of its content, or a caller's own version string
 * @param preprocVersion which pixels: a label and a digest of all that shapes them, or a caller's own version string
 * @param contentHash the full digest of the encoded bytes that are then decoded
 */
public record CacheKey(String modelVersion, String preprocVersion, ContentHash contentHash) {
    /** The longest version string, in characters. */
    public static final int MAX_VERSION_LENGTH = 1024;

    private static final Set<String> MEANINGLESS = Set.of("unknown", "none", "null", "undefined", "latest", "default");

    public CacheKey {
        requireVersion("modelVersion", modelVersion);
        requireVersion("preprocVersion", preprocVersion);
    }

    /**
     * Checks a version string at the door.
     *
     * @throws IllegalArgumentException if it is blank, longer than {@link #MAX_VERSION_LENGTH}, holds control
     *     characters or unpaired surrogates, or says nothing ("unknown", "latest", ...): under such a version different
     *     models would share entries
     */
    public static String requireVersion(String what, String version) {
        if (version.isBlank() || MEANINGLESS.contains(version.strip().toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException(what + " must say which version it is; found '" + version + "'");
        }
        if (version.length() > MAX_VERSION_LENGTH) {
            throw new IllegalArgumentException(
                    what + " has at most " + MAX_VERSION_LENGTH + " characters; found " + version.length());
        }
        int c;
        for (int i = 0; i < version.length(); i += Character.charCount(c)) {
            c = version.codePointAt(i);
            if (Character.isISOControl(c) || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
                throw new IllegalArgumentException(
                        what + " holds the unprintable character U+" + String.format("%04X", c));
            }
        }
        return version;
    }

    /** The same model and preprocessing, another content. */
    public CacheKey withContentHash(ContentHash other) {
        return new CacheKey(modelVersion, preprocVersion, other);
    }

    // Written out, here and in a key's parts: a record makes these two from method handles at run time, and costs a
    // start tens of milliseconds.

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CacheKey key
                && contentHash.equals(key.contentHash)
                && modelVersion.equals(key.modelVersion)
                && preprocVersion.equals(key.preprocVersion);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * contentHash.hashCode() + modelVersion.hashCode()) + preprocVersion.hashCode();
    }
}
