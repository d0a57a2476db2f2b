package dev.embedonce.vlm.decoder.text;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.FusedAttention;
import dev.embedonce.vlm.decoder.layer.FusedGatedMlp;
import dev.embedonce.vlm.decoder.layer.Lora;
import dev.embedonce.vlm.decoder.layer.ResidualLayer;
import dev.embedonce.vlm.decoder.layer.ResidualLayer.Norms;
import dev.embedonce.vlm.decoder.layer.RmsNorm;
import dev.embedonce.vlm.decoder.layer.RopeTables;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.layer.TextModel.Embedding;
import dev.embedonce.vlm.decoder.layer.TextModel.Head;
import dev.embedonce.vlm.decoder.rope.Rotaries;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Phi-3 and Phi-4: pre-norm layers whose queries, keys and values are one tensor, and gate and up another; LongRoPE on
 * a part of each head. Where the config has a {@code vision_lora}, sequences of the mode {@code vision} run with it.
 */
// Source: transformers 5.23, models/phi3/configuration_phi3.py, modeling_phi3.py
final class PhiText implements TextReader {
    private static final double THETA = 10_000;
    private static final String PARTIAL = "partial_rotary_factor";

    @Override
    public List<String> modelTypes() {
        return List.of("phi3");
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        int hidden = config.positive("hidden_size", 3072);
        int context = config.positive("max_position_embeddings", 4096);
        Lora lora = lora(config);
        RmsNorm norm = new RmsNorm(config.number("rms_norm_eps", 1e-5));
        DecoderLayer layer = new ResidualLayer(
                attention(config, hidden, context, lora),
                new FusedGatedMlp(
                        hidden,
                        config.positive("intermediate_size", 8192),
                        config.activation("hidden_act", Activation.SILU),
                        lora),
                Norms.pre(norm));
        return new TextModel(
                hidden,
                config.positive("vocab_size", 32_064),
                context,
                Embedding.PLAIN,
                Collections.nCopies(config.positive("num_hidden_layers", 32), layer),
                Set.of(),
                norm,
                Head.plain(tied));
    }

    private static @Nullable Lora lora(ModelConfig config) {
        if (!config.has("vision_lora")) {
            return null;
        }
        ModelConfig lora = config.object("vision_lora");
        int rank = lora.positive("r");
        return new Lora("vision", rank, (float) (lora.number("lora_alpha") / rank));
    }

    private static FusedAttention attention(ModelConfig config, int hidden, int context, @Nullable Lora lora) {
        int heads = config.positive("num_attention_heads", 32);
        int size = hidden / heads;
        int window = config.has("sliding_window") ? config.positive("sliding_window") : context;
        GroupedHeads grouped = new GroupedHeads(
                heads,
                config.positive("num_key_value_heads", heads),
                size,
                (float) (1 / Math.sqrt(size)),
                window < context ? window : 0,
                0);
        return new FusedAttention(
                grouped, new RopeTables("rope", Rotaries.read(config, rotated(config, size), THETA)), lora);
    }

    /** Channels of a head that are rotated. */
    private static int rotated(ModelConfig config, int size) {
        ModelConfig parameters = config.optionalObject("rope_parameters");
        ModelConfig says = parameters.has(PARTIAL) ? parameters : config;
        int rotated = (int) (size * says.number(PARTIAL, 1));
        if (rotated < 2 || rotated > size || rotated % 2 != 0) {
            throw says.refused(PARTIAL, "an even number of the " + size + " channels of a head");
        }
        return rotated;
    }
}
