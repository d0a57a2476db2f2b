package dev.embedonce.server.chat;

import dev.embedonce.server.schedule.Admission;
import dev.embedonce.server.schedule.DecodeEngine;
import dev.embedonce.server.schedule.EngineListener;
import dev.embedonce.server.schedule.EngineOptions;
import dev.embedonce.server.schedule.VisionLane;
import dev.embedonce.server.security.PixelLimit;
import dev.embedonce.vlm.VisionLanguageModel;
import dev.embedonce.vlm.vision.ImageSettings;

/** A vision-language model and what serves it. The model stays its opener's to close, after this. Thread-safe. */
public final class ChatModel implements AutoCloseable {
    private final String name;
    private final VisionLanguageModel model;
    private final EngineOptions options;
    private final DecodeEngine engine;
    private final VisionLane lane;
    private final Admission admission;
    private final long mostCharacters;

    /**
     * Starts the model's threads.
     *
     * @param tenants whether there may be several, so that one must not fill the queue, nor make the others wait for more than one of
     *     its pictures
     * @param pixels what pictures it decodes
     */
    public ChatModel(
            String name,
            VisionLanguageModel model,
            EngineOptions options,
            boolean tenants,
            PixelLimit pixels,
            EngineListener listener) {
        this.name = name;
        this.model = model;
        this.options = options;
        int longestToken = model.tokenizer().longestToken();
        this.engine = new DecodeEngine(
                name,
                model.language(),
                model.tokenizer(),
                model.generationDefaults().endTokens(),
                options,
                listener);
        this.mostCharacters = (long) engine.contextTokens() * longestToken;
        this.lane = new VisionLane(
                name,
                images -> pixels.before(model.visionEncoder(ImageSettings.DEFAULT.withImagesInRequest(images))),
                tenants ? 1 : options.imageBatch());
        int most = options.mostRows() + options.mostWaiting();
        this.admission = new Admission(most, tenants ? (3 * most + 3) / 4 : most);
    }

    public String name() {
        return name;
    }

    public VisionLanguageModel model() {
        return model;
    }

    public EngineOptions options() {
        return options;
    }

    /** More characters than a prompt can have: as many tokens as the context holds, each as long as the longest one. */
    public long mostCharacters() {
        return mostCharacters;
    }

    public DecodeEngine engine() {
        return engine;
    }

    public VisionLane lane() {
        return lane;
    }

    public Admission admission() {
        return admission;
    }

    /** Keeps nothing more of pictures of requests that began before a deletion from the cache ({@code FeatureCache.deletions}). */
    public void forget(long deletions) {
        engine.forget(deletions);
    }

    /** Whether its threads live. */
    public boolean isAlive() {
        return engine.isAlive() && lane.isAlive();
    }

    @Override
    public void close() {
        lane.close();
        engine.close();
    }
}
