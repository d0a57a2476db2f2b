package dev.embedonce.langchain4j;

import dev.embedonce.feature.EmbeddingItem;
import dev.embedonce.key.FramedDigest;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What an embedding of another model depends on, of LangChain4j's inputs. */
final class Contents {
    private Contents() {}

    /** A text or a picture by its own bytes; several of them by a digest of all. */
    static EmbeddingItem<EmbeddingInput> item(EmbeddingInput input) {
        if (input.getClass() != EmbeddingInput.class) {
            throw unsupported("an input of type ", input); // it may hold more than its contents
        }
        List<Content> contents = input.contents();
        if (contents.size() == 1) {
            return item(contents.get(0), input);
        }
        FramedDigest digest =
                FramedDigest.tagged("embedonce.langchain4j-contents.v1").put("contents", contents.size());
        for (Content content : contents) {
            EmbeddingItem<EmbeddingInput> part = item(content, input);
            digest.put("kind", part.kind()).put("content", part.content());
        }
        return new EmbeddingItem<>("contents", digest.toContentHash().toBytes(), input);
    }

    private static EmbeddingItem<EmbeddingInput> item(Content content, EmbeddingInput input) {
        if (content.getClass() == TextContent.class) {
            return new EmbeddingItem<>("text", utf8(((TextContent) content).text()), input);
        }
        if (content.getClass() != ImageContent.class) {
            throw unsupported("content of type ", content);
        }
        ImageContent image = (ImageContent) content;
        Pictures.Picture picture = Pictures.of(image.image());
        String detail = image.detailLevelSpecified()
                ? ";detail=" + image.detailLevel().name().toLowerCase(Locale.ROOT)
                : "";
        return EmbeddingItem.image(picture.mimeType() + detail, picture.encoded(), input);
    }

    /** A digest of a segment's text and metadata. */
    static byte[] of(TextSegment segment) {
        Map<String, Object> metadata = new TreeMap<>(segment.metadata().toMap());
        FramedDigest digest = FramedDigest.tagged("embedonce.langchain4j-segment.v1")
                .put("text", utf8(segment.text()))
                .put("metadata", metadata.size());
        metadata.forEach((key, value) -> digest.put("key", utf8(key))
                .put("type", value.getClass().getName())
                .put("value", utf8(value.toString())));
        return digest.toContentHash().toBytes();
    }

    private static byte[] utf8(String text) {
        try {
            return EmbeddingItem.text(text, text).content();
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(e.getMessage(), e);
        }
    }

    private static UnsupportedFeatureException unsupported(String what, Object found) {
        return new UnsupportedFeatureException(
                what + found.getClass().getName() + " is not supported: what its embedding depends on is not known");
    }
}
