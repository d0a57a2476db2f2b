package dev.embedonce.langchain4j;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.engine.ChatEngine;
import dev.embedonce.store.Stores;
import dev.embedonce.vlm.VisionLanguageModel;
import java.io.IOException;
import java.nio.file.Path;

/** An engine over the {@link ScriptedModel}, with a cache in memory. */
final class ScriptedEngine implements AutoCloseable {
    static final String NAME = "scripted";

    private final VisionLanguageModel model;
    private final FeatureCache cache = FeatureCache.over(Stores.open("memory:")).build();
    private final ChatEngine engine;

    ScriptedEngine(Path folder) throws IOException {
        model = ScriptedModel.load(folder);
        engine = ChatEngine.over(model, cache).name(NAME).open();
    }

    ChatEngine engine() {
        return engine;
    }

    @Override
    public void close() {
        engine.close();
        model.close();
        cache.close();
    }
}
