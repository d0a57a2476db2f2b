package dev.embedonce.server.chat;

import dev.embedonce.server.http.ApiException;
import dev.embedonce.server.security.FileImages;
import dev.embedonce.server.security.Limits;
import dev.embedonce.server.security.UrlImages;

/**
 * Gets the bytes of pictures, from the request or elsewhere, and refuses too many of them. It does not inspect them:
 * pictures whose features are known are never opened, and the others are inspected where they are encoded. Thread-safe.
 */
public final class ImageLoader {
    private final UrlImages urls;
    private final FileImages files;
    private final Limits limits;

    public ImageLoader(UrlImages urls, FileImages files, Limits limits) {
        this.urls = urls;
        this.files = files;
        this.limits = limits;
    }

    /**
     * The encoded bytes of a picture.
     *
     * @param where it is in the request
     * @throws ApiException if it is not available, or has too many bytes
     */
    public byte[] load(ImageReference reference, String where) {
        byte[] bytes = bytes(reference, where);
        if (bytes.length > limits.imageBytes()) {
            throw ApiException.invalid(
                    where, "image_too_large", "a picture has at most " + limits.imageBytes() + " bytes here");
        }
        return bytes;
    }

    private byte[] bytes(ImageReference reference, String where) {
        if (reference instanceof ImageReference.Inline inline) {
            return inline.encoded();
        }
        ImageReference.Linked linked = (ImageReference.Linked) reference;
        try {
            return "file".equalsIgnoreCase(linked.uri().getScheme())
                    ? files.read(linked.uri())
                    : urls.fetch(linked.uri());
        } catch (UrlImages.FetchException e) {
            throw ApiException.invalid(where, "invalid_image_url", String.valueOf(e.getMessage()));
        }
    }
}
