package dev.embedonce.langchain4j;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import java.net.URI;
import java.util.Base64;

/** The bytes of LangChain4j's images. */
final class Pictures {
    /** What the framework's own {@code Image} does not say. */
    private static final String NO_TYPE = "image";

    private Pictures() {}

    /** @param mimeType as declared; {@code image} if it is not */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Picture(String mimeType, byte[] encoded) {}

    /**
     * The picture in an image.
     *
     * @throws UnsupportedFeatureException if only a URL is given: what is there may change, and is not fetched
     * @throws InvalidRequestException if its data are not base64
     */
    static Picture of(Image image) {
        if (image.base64Data() != null) {
            return new Picture(image.mimeType() == null ? NO_TYPE : image.mimeType(), decode(image.base64Data()));
        }
        URI url = image.url();
        if (url == null || !"data".equals(url.getScheme())) {
            throw new UnsupportedFeatureException(
                    "image URLs are not supported: give the image's bytes, as ImageContent.from(base64Data, mimeType) does");
        }
        String data = url.getSchemeSpecificPart();
        int comma = data.indexOf(";base64,");
        if (comma < 0) {
            throw new InvalidRequestException("image: a data URL has ';base64,' after its MIME type");
        }
        return new Picture(
                comma == 0 ? NO_TYPE : data.substring(0, comma), decode(data.substring(comma + ";base64,".length())));
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException("image: its data are not base64: " + e.getMessage(), e);
        }
    }
}
