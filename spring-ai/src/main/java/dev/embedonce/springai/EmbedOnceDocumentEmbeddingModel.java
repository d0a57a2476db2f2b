package dev.embedonce.springai;

import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.text.TextEncoder;
import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.FeatureProvider;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Prepared;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.metadata.EmptyUsage;
import org.springframework.ai.content.Media;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.DocumentEmbeddingModel;
import org.springframework.ai.embedding.DocumentEmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;

/**
 * Embeddings of documents that are pictures, or texts too, by encoders in this process, each content once: duplicates
 * in a request, known contents and contents that another thread encodes at this moment do not reach the encoder.
 *
 * <pre>{@code
 * DocumentEmbeddingModel model = new EmbedOnceDocumentEmbeddingModel(
 *         cache, ImageEncoders.open("default", EncoderOptions.defaults()));
 * Document photo = new Document(new Media(MimeTypeUtils.IMAGE_JPEG, new FileSystemResource("photo.jpg")), Map.of());
 * float[] vector = model.call(new DocumentEmbeddingRequest(photo)).getResult().getOutput();
 * }</pre>
 *
 * Pictures are given as bytes; which MIME type of images is declared does not count, and neither do a document's
 * metadata. Results come in the documents' order and name the document's id; the metadata of responses name their
 * {@link EmbedOnceMetadata#SOURCES}; there is no usage. Documents stay as they are.
 *
 * <p>A picture that cannot be decoded fails the whole call with a
 * {@link org.springframework.ai.retry.NonTransientAiException}, since the framework knows no part of a response that
 * fails; what was encoded is kept. Media that are no images, images by their address, texts without an encoder for them
 * and options that do not fit are refused with an {@link IllegalArgumentException}.
 *
 * <p>Whoever opened cache and encoders closes them, after this. Thread-safe.
 */
public final class EmbedOnceDocumentEmbeddingModel implements DocumentEmbeddingModel {
    private final FeatureProvider cache;
    private final ImageEncoder images;
    private final @Nullable TextEncoder texts;

    /**
     * A model of pictures.
     *
     * @param cache where vectors are kept: a cache, or a tenant's view of one
     */
    public EmbedOnceDocumentEmbeddingModel(FeatureProvider cache, ImageEncoder images) {
        this(cache, images, null);
    }

    /**
     * A model of pictures and texts.
     *
     * @param cache where vectors are kept: a cache, or a tenant's view of one
     * @param texts the other side of the same model; null for pictures alone
     * @throws IllegalArgumentException if their vectors cannot be compared
     */
    public EmbedOnceDocumentEmbeddingModel(FeatureProvider cache, ImageEncoder images, @Nullable TextEncoder texts) {
        if (texts != null && !texts.sameSpaceAs(images)) {
            throw new IllegalArgumentException(
                    "texts: expected the other side of " + images.modelVersion() + "; found " + texts.modelVersion());
        }
        this.cache = cache;
        this.images = images;
        this.texts = texts;
    }

    @Override
    public EmbeddingResponse call(DocumentEmbeddingRequest request) {
        Answers.requireFits(request.getOptions(), images.modelVersion(), images.dimension());
        List<Document> documents = request.getInstructions();
        SortedMap<Integer, byte[]> pictures = new TreeMap<>();
        SortedMap<Integer, byte[]> sentences = new TreeMap<>();
        for (int i = 0; i < documents.size(); i++) {
            Media media = documents.get(i).getMedia();
            String text = documents.get(i).getText();
            if (media != null) {
                pictures.put(i, Pictures.of(media));
            } else if (text != null) {
                sentences.put(i, text.getBytes(StandardCharsets.UTF_8));
            }
        }
        Outcome[] outcomes = new Outcome[documents.size()];
        answer(images, pictures, outcomes);
        answer(texts, sentences, outcomes);
        return Answers.of(
                Arrays.asList(outcomes),
                images.modelVersion(),
                new EmptyUsage(),
                i -> Answers.metadata(documents.get(i)));
    }

    private <P extends Prepared> void answer(
            @Nullable FeatureEncoder<P> encoder, SortedMap<Integer, byte[]> contents, Outcome[] outcomes) {
        if (contents.isEmpty()) {
            return;
        }
        if (encoder == null) {
            throw new IllegalArgumentException("inputs[" + contents.firstKey()
                    + "]: expected an image; found a text, for which there is no encoder");
        }
        Iterator<Outcome> answers =
                cache.getOrComputeAll(List.copyOf(contents.values()), encoder).iterator();
        contents.keySet().forEach(place -> outcomes[place] = answers.next());
    }

    @Override
    public int dimensions() {
        return images.dimension();
    }
}
