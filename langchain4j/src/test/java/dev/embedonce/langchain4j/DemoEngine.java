package dev.embedonce.langchain4j;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.demo.DemoModel;
import dev.embedonce.engine.ChatEngine;
import dev.embedonce.store.Stores;
import dev.embedonce.vlm.ModelOptions;
import dev.embedonce.vlm.VisionLanguageModel;
import java.nio.file.Path;

/** An engine over the demo model, with a cache in memory. */
final class DemoEngine implements AutoCloseable {
    private final VisionLanguageModel model;
    final FeatureCache cache = FeatureCache.over(Stores.open("memory:")).build();
    final ChatEngine engine;

    DemoEngine(Path folder) {
        model = VisionLanguageModel.load(
                DemoModel.unpack(folder), ModelOptions.builder().threads(1).build());
        engine = ChatEngine.over(model, cache).name(DemoModel.NAME).open();
    }

    @Override
    public void close() {
        engine.close();
        model.close();
        cache.close();
    }
}
