package dev.embedonce.langchain4j;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.store.Stores;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.common.AbstractEmbeddingModelIT;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/** What LangChain4j asks of every embedding model, of one behind a cache. */
class CachingEmbeddingModelKitTest extends AbstractEmbeddingModelIT {
    private final FeatureCache cache = FeatureCache.over(Stores.open("memory:")).build();

    @AfterAll
    void close() {
        cache.close();
    }

    private CachingEmbeddingModel.Builder caching(EmbeddingModel model) {
        return CachingEmbeddingModel.builder().model(model).cache(cache).version("1");
    }

    @Override
    protected List<EmbeddingModel> models() {
        return List.of(caching(new NamedEmbeddingModel()).build());
    }

    @Override
    protected EmbeddingModel modelWith(EmbeddingModelListener listener) {
        return caching(new NamedEmbeddingModel()).listeners(List.of(listener)).build();
    }

    @Override
    protected EmbeddingModel failingModelWith(EmbeddingModelListener listener) {
        NamedEmbeddingModel failing = new NamedEmbeddingModel();
        failing.beforeAnswer = () -> {
            throw new AuthenticationException("wrong key");
        };
        return caching(failing).version("2").listeners(List.of(listener)).build();
    }

    @Override
    protected ImageContent catImage() {
        return TestPictures.cat();
    }

    /** One that is answered from the cache costs none. */
    @Override
    protected boolean assertTokenUsage() {
        return false;
    }
}
