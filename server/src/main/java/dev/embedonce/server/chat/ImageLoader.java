package dev.embedonce.server.chat;

import dev.embedonce.image.ExifPolicy;
import dev.embedonce.image.ImageDecoder;
import dev.embedonce.image.ImageException;
import dev.embedonce.server.http.ApiException;
import dev.embedonce.server.security.FileImages;
import dev.embedonce.server.security.Limits;
import dev.embedonce.server.security.UrlImages;

/** Gets the bytes of pictures, from the request or elsewhere, and refuses what is too large before it is decoded. Thread-safe. */
public final class ImageLoader {
    private final UrlImages urls;
    private final FileImages files;
    private final Limits limits;
    private final ImageDecoder headers;

    public ImageLoader(UrlImages urls, FileImages files, Limits limits) {
        this.urls = urls;
        this.files = files;
        this.limits = limits;
        this.headers = new ImageDecoder(ExifPolicy.IGNORE, limits.imagePixels());
    }

    /**
     * The encoded bytes of a picture.
     *
     * @param where it stands in the request
     * @throws ApiException if it is not available, too large, or no picture
     */
    public byte[] load(ImageReference reference, String where) {
        byte[] bytes = bytes(reference, where);
        if (bytes.length > limits.imageBytes()) {
            throw ApiException.invalid(
                    where, "image_too_large", "a picture has at most " + limits.imageBytes() + " bytes here");
        }
        try {
            headers.inspect(bytes);
        } catch (ImageException e) {
            throw ApiException.invalid(where, "invalid_image", String.valueOf(e.getMessage()));
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
