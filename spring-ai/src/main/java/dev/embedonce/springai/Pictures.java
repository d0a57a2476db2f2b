package dev.embedonce.springai;

import java.util.Base64;
import org.springframework.ai.content.Media;

/** The bytes of Spring AI's media. */
final class Pictures {
    private Pictures() {}

    /**
     * The encoded bytes of an image.
     *
     * @throws IllegalArgumentException if it is no image, or is not given by its bytes
     */
    static byte[] of(Media media) {
        if (!media.getMimeType().getType().equals("image")) {
            throw new IllegalArgumentException("media: expected a MIME type of images; found " + media.getMimeType());
        }
        return bytes(media);
    }

    /**
     * The bytes of any media.
     *
     * @throws IllegalArgumentException if they are given by an address: what is there may change, and is not fetched
     */
    static byte[] bytes(Media media) {
        if (media.getData() instanceof byte[] bytes) {
            return bytes;
        }
        int comma = media.getData() instanceof String text && text.startsWith("data:") ? text.indexOf(";base64,") : -1;
        if (comma < 0) {
            throw new IllegalArgumentException(
                    "media: expected bytes, as of new Media(mimeType, resource), or a data URL with base64; found an address");
        }
        try {
            return Base64.getDecoder().decode(((String) media.getData()).substring(comma + ";base64,".length()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("media: the data URL is not base64: " + e.getMessage(), e);
        }
    }
}
