package dev.embedonce.hub;

import dev.embedonce.hub.HubClient.Meta;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Checks a file against its etag, which on the hub is a checksum: 64 hexadecimal digits are the SHA-256 of a large
 * file, 40 are the id that git gives a small one, the SHA-1 of {@code blob <size>\0} and the content. Of another etag,
 * as some mirrors give, nothing is known but the size.
 */
final class HubChecksum {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern GIT_BLOB = Pattern.compile("[0-9a-f]{40}");

    private HubChecksum() {}

    /** The file's own checksum if it is not the right one. */
    static Optional<String> wrong(Meta meta, Path file) throws IOException {
        String found;
        if (SHA256.matcher(meta.etag()).matches()) {
            found = digest(file, algorithm("SHA-256"));
        } else if (GIT_BLOB.matcher(meta.etag()).matches()) {
            MessageDigest sha1 = algorithm("SHA-1");
            sha1.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
            found = digest(file, sha1);
        } else {
            return Optional.empty();
        }
        return found.equals(meta.etag()) ? Optional.empty() : Optional.of(found);
    }

    private static String digest(Path file, MessageDigest digest) throws IOException {
        byte[] chunk = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                digest.update(chunk, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest algorithm(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + name, e);
        }
    }
}
