package dev.embedonce.springai;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.engine.ChatEngine;
import dev.embedonce.springai.ScriptedModel.Line;
import dev.embedonce.store.Stores;
import dev.embedonce.vlm.VisionLanguageModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** An engine over the {@link ScriptedModel}, which calls a tool of the weather. */
final class ScriptedEngine implements AutoCloseable {
    static final String NAME = "scripted";
    private static final List<Line> SCRIPT = List.of(
            Line.of("role == 'tool'", "It is 30 degrees in San Francisco,", " 10 in Tokyo, 15 in Paris."),
            Line.of(
                    "tools and 'San Francisco' in last",
                    "I look.",
                    call("San Francisco"),
                    call("Tokyo").replace(": ", ":"),
                    call("Paris")),
            Line.of("tools and 'Tokyo' in last", call("Tokyo")),
            Line.of("true", "I do not", " know."));

    private final VisionLanguageModel model;
    private final FeatureCache cache = FeatureCache.over(Stores.open("memory:")).build();
    private final ChatEngine engine;

    ScriptedEngine(Path folder) throws IOException {
        model = ScriptedModel.load(folder, SCRIPT);
        engine = ChatEngine.over(model, cache).name(NAME).open();
    }

    private static String call(String city) {
        return "<tool_call>{\"name\": \"getCurrentWeather\", \"arguments\": {\"location\": \"" + city
                + "\", \"lat\": 0, \"lon\": 0, \"unit\": \"C\"}}</tool_call>";
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
