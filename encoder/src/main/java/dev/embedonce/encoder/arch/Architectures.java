package dev.embedonce.encoder.arch;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.ModelFiles;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The architectures there are, by the {@code model_type} of {@code config.json}. */
public final class Architectures {
    private static final SortedMap<String, EncoderArchitecture> BY_MODEL_TYPE = new TreeMap<>();

    static {
        BY_MODEL_TYPE.put("clip", new Clip(Clip.Layout.BOTH));
        BY_MODEL_TYPE.put("clip_text_model", new Clip(Clip.Layout.TEXT_ONLY));
        BY_MODEL_TYPE.put("clip_vision_model", new Clip(Clip.Layout.VISION_ONLY));
        BY_MODEL_TYPE.put("convnext", new ConvNext());
        BY_MODEL_TYPE.put("deit", new Vit(Vit.Kind.DEIT));
        BY_MODEL_TYPE.put("dinov2", new Dinov2(false));
        BY_MODEL_TYPE.put("dinov2_with_registers", new Dinov2(true));
        BY_MODEL_TYPE.put("dinov3_vit", new Dinov3Vit());
        BY_MODEL_TYPE.put("siglip", new Siglip(Siglip.Layout.BOTH));
        BY_MODEL_TYPE.put("siglip2", new Siglip(Siglip.Layout.NAFLEX));
        BY_MODEL_TYPE.put("siglip_text_model", new Siglip(Siglip.Layout.TEXT_ONLY));
        BY_MODEL_TYPE.put("siglip_vision_model", new Siglip(Siglip.Layout.VISION_ONLY));
        BY_MODEL_TYPE.put("vit", new Vit(Vit.Kind.VIT));
    }

    private Architectures() {}

    /** All model types, sorted. */
    public static Set<String> modelTypes() {
        return Collections.unmodifiableSet(BY_MODEL_TYPE.keySet());
    }

    /**
     * The architecture of a model.
     *
     * @throws ModelLoadException if its model type is not supported; the message lists those that are
     */
    public static EncoderArchitecture of(ModelConfig config) {
        EncoderArchitecture architecture = BY_MODEL_TYPE.get(config.text("model_type"));
        if (architecture == null) {
            throw config.refused("model_type", "one of " + String.join(", ", modelTypes()));
        }
        return architecture;
    }

    /**
     * Builds one side of a model.
     *
     * @throws ModelLoadException if the model is not supported, has no such side, or is damaged
     */
    public static BuiltModel build(ModelFiles files, Modality modality, BuildOptions options) {
        EncoderArchitecture architecture = of(files.config());
        if (!architecture.modalities().contains(modality)) {
            throw files.config().refused("model_type", "a model with " + modality.id() + " input");
        }
        return architecture.build(files, modality, options);
    }
}
