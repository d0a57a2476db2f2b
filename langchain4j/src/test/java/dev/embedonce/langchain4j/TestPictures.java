package dev.embedonce.langchain4j;

import dev.langchain4j.data.message.ImageContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** Pictures as LangChain4j has them. */
final class TestPictures {
    private static final Path EXAMPLES = Path.of("../examples");

    private TestPictures() {}

    /** The kit's own, from its jar instead of the net. */
    static ImageContent cat() {
        try (InputStream in = TestPictures.class.getResourceAsStream("/images/cat.jpg")) {
            return content(in.readAllBytes(), "image/jpeg");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file in {@code examples}. */
    static byte[] example(String name) {
        try {
            return Files.readAllBytes(EXAMPLES.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ImageContent content(byte[] encoded, String mimeType) {
        return ImageContent.from(Base64.getEncoder().encodeToString(encoded), mimeType);
    }
}
