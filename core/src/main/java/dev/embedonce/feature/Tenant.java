package dev.embedonce.feature;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.FramedDigest;
import org.jspecify.annotations.Nullable;

/**
 * Whose entries they are. A salt becomes part of every hash in a key, so that tenants neither share entries nor can
 * time each other's; without one the content hash stays the plain hash of the bytes.
 *
 * @param salt set by configuration, never by a client; null for no tenants
 */
public record Tenant(@Nullable String salt) {
    public static final Tenant NONE = new Tenant(null);

    public Tenant {
        if (salt != null && salt.isEmpty()) {
            throw new IllegalArgumentException("a tenant's salt must not be empty");
        }
    }

    /** What an entry of this content lies under. */
    public ContentHash keyHash(ContentHash content) {
        return salt == null
                ? content
                : FramedDigest.tagged("embedonce.tenant-content.v1")
                        .put("salt", salt)
                        .put("content", content.hex())
                        .toContentHash();
    }

    public ContentHash inputHash(InputDigest input) {
        return FramedDigest.tagged("embedonce.input-link.v1")
                .put("salt", salt)
                .put("input", input.hash().hex())
                .toContentHash();
    }
}
