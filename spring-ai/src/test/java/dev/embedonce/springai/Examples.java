package dev.embedonce.springai;

import dev.embedonce.feature.Source;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.ai.content.Media;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.core.io.FileSystemResource;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;

/** Pictures and models for tests. */
final class Examples {
    /** A red circle, a blue square, a green triangle. */
    static final Media SHAPES = media(MimeTypeUtils.IMAGE_PNG, "shapes.png");

    private Examples() {}

    private static Media media(MimeType type, String name) {
        return new Media(type, new FileSystemResource("../examples/" + name));
    }

    static Document picture(String id, String name) {
        MimeType type = name.endsWith(".png") ? MimeTypeUtils.IMAGE_PNG : MimeTypeUtils.IMAGE_JPEG;
        return new Document(id, media(type, "pictures/" + name), Map.of());
    }

    /** The encoded bytes of a picture. */
    static byte[] bytes(String name) {
        return Objects.requireNonNull(picture("x", name).getMedia()).getDataAsByteArray();
    }

    static Document media(byte[] bytes) {
        return new Document(
                Media.builder().mimeType(MimeTypeUtils.IMAGE_PNG).data(bytes).build(), Map.of());
    }

    /** A tiny CLIP with random weights. */
    static Path clip() {
        try {
            return Path.of(Objects.requireNonNull(Examples.class.getResource("/models/clip"))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<Source> sources(EmbeddingResponse response) {
        return Objects.requireNonNull(response.getMetadata().<List<Source>>get(EmbedOnceMetadata.SOURCES));
    }
}
