package dev.embedonce.feature;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Something that a {@link NamedModel} gives a vector for.
 *
 * @param kind what the content is, such as {@code text} or {@code image/png}: a part of the preprocessing version, so
 *     that the same bytes of another kind are another item
 * @param content all that the vector depends on, and is kept under; not to be changed any more
 * @param value the same as the model takes it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record EmbeddingItem<T>(String kind, byte[] content, T value) {
    /**
     * A text, whose content is its UTF-8 bytes.
     *
     * @throws IllegalArgumentException if it has an unpaired surrogate, for which there is no UTF-8
     */
    public static <T> EmbeddingItem<T> text(String text, T value) {
        try {
            ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] content = new byte[utf8.remaining()];
            utf8.get(content);
            return new EmbeddingItem<>("text", content, value);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a text has an unpaired surrogate", e);
        }
    }

    /**
     * A picture, whose content is its encoded bytes.
     *
     * @param mimeType as it is declared to the model, such as {@code image/png}
     */
    public static <T> EmbeddingItem<T> image(String mimeType, byte[] encoded, T value) {
        return new EmbeddingItem<>(mimeType.toLowerCase(Locale.ROOT), encoded, value);
    }
}
