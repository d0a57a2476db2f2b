package dev.embedonce.vlm.family.qwen3_omni_moe;

import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PatchTower.Geometry;
import dev.embedonce.vlm.decoder.LanguageLayouts;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.text.TextModels;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyImages;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.PatchModels;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.DeepstackVision;
import java.util.List;
import java.util.Set;

/**
 * {@code model_type} qwen3_omni_moe, of which the thinker answers in text, and qwen3_omni_moe_thinker, the thinker
 * saved alone. Still pictures; audio and videos are refused. The tensors of the audio tower, of the talker and of its
 * vocoder are passed over.
 */
// Source: transformers 5.23, models/qwen3_omni_moe/modeling_qwen3_omni_moe.py,
// Qwen3OmniMoeThinkerForConditionalGeneration
public final class Qwen3OmniMoe implements Family {
    private static final String THINKER = "thinker_config";

    /** The layers of the tower with deepstack features where the config is silent. */
    private static final List<Integer> LEVELS = List.of(8, 16, 24);

    private static final List<NameLayout> TOWER = List.of(tower("thinker.visual."), tower("visual."));
    private static final List<NameLayout> TEXT =
            List.of(LanguageLayouts.under("thinker.model.", "thinker."), LanguageLayouts.under("model.", ""));

    /** Settings of the feature extractor for audio, which have no file of their own. */
    private static final String[] OF_AUDIO = {
        "chunk_length",
        "dither",
        "feature_extractor_type",
        "feature_size",
        "hop_length",
        "n_fft",
        "n_samples",
        "nb_max_frames",
        "padding_side",
        "padding_value",
        "return_attention_mask",
        "sampling_rate"
    };

    @Override
    public String name() {
        return "qwen3_omni_moe";
    }

    @Override
    public List<String> modelTypes() {
        return List.of(name(), "qwen3_omni_moe_thinker");
    }

    /** {@code generation_config.json} speaks of the talker only. */
    @Override
    public Set<Integer> endTokens(ModelConfig config) {
        return Set.of(config.natural("im_end_token_id", 151_645));
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        FamilyFiles thinker = files.config().text("model_type").equals(name()) ? files.within(THINKER) : files;
        ModelConfig config = thinker.config();
        config.object("text_config").oneOf("model_type", "qwen3_omni_moe_text", "qwen3_omni_moe_text_encoder");
        List<String> levels = DeepstackVision.levels(config.object("vision_config"), LEVELS);
        TextModel text = TextModels.readOf(config).withDeepstack(levels.size());
        FamilyImages<Geometry> images = images(thinker, options);
        return FamilyModel.open(
                images.processing(),
                DeepstackVision.open("qwen3_omni_moe.vision", LEVELS, TOWER, thinker, options, images.geometry()),
                Qwen3OmniPrompts.read(config, images.geometry().merge(), levels),
                () -> TextDecoder.open(thinker, options, TEXT, text));
    }

    static FamilyImages<Geometry> images(FamilyFiles thinker, FamilyOptions options) {
        return PatchModels.images(thinker, options, DeepstackVision.PATCH, OF_AUDIO);
    }

    /** Qwen3-VL's names but for the mergers'. */
    private static NameLayout tower(String prefix) {
        return name -> prefix
                + (name.contains("merger")
                        ? name.replace("deepstack_", "")
                                .replace(".norm.", ".ln_q.")
                                .replace(".linear_fc1.", ".mlp.0.")
                                .replace(".linear_fc2.", ".mlp.2.")
                        : name);
    }
}
