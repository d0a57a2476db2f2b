package dev.embedonce.langchain4j;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.store.Stores;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.common.AbstractEmbeddingModelIT;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/** What LangChain4j asks of every embedding model, of both sides of a tiny CLIP. */
class EmbeddingModelKitTest extends AbstractEmbeddingModelIT {
    private final FeatureCache cache = FeatureCache.over(Stores.open("memory:")).build();
    private final TinyClip clip = new TinyClip();

    @AfterAll
    void close() {
        clip.close();
        cache.close();
    }

    @Override
    protected List<EmbeddingModel> models() {
        return List.of(clip.model(cache).build());
    }

    @Override
    protected EmbeddingModel modelWith(EmbeddingModelListener listener) {
        return clip.model(cache).listeners(List.of(listener)).build();
    }

    @Override
    protected EmbeddingModel failingModelWith(EmbeddingModelListener listener) {
        TinyClip closed = new TinyClip();
        closed.close();
        return closed.model(cache.forTenant("another"))
                .listeners(List.of(listener))
                .build();
    }

    @Override
    protected ImageContent catImage() {
        return TestPictures.cat();
    }

    @Override
    protected boolean supportsInputTypeParameter() {
        return false;
    }

    @Override
    protected boolean supportsDimensionsParameter() {
        return false;
    }

    @Override
    protected boolean supportsInterleavedInput() {
        return false;
    }

    @Override
    protected boolean assertTokenUsage() {
        return false;
    }
}
