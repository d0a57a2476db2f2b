package dev.embedonce.vlm.decoder.text;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.ExpertsBesideMlp;
import dev.embedonce.vlm.decoder.layer.GatedMlp;
import dev.embedonce.vlm.decoder.layer.MixtureOfExperts;
import dev.embedonce.vlm.decoder.layer.NormedAttention;
import dev.embedonce.vlm.decoder.layer.PerLayerInputs;
import dev.embedonce.vlm.decoder.layer.ResidualLayer;
import dev.embedonce.vlm.decoder.layer.ResidualLayer.Norms;
import dev.embedonce.vlm.decoder.layer.RmsNorm;
import dev.embedonce.vlm.decoder.layer.RopeTables;
import dev.embedonce.vlm.decoder.layer.ScaledLayer;
import dev.embedonce.vlm.decoder.layer.ScaledRouter;
import dev.embedonce.vlm.decoder.layer.StackedExperts;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.layer.TextModel.Embedding;
import dev.embedonce.vlm.decoder.layer.TextModel.Head;
import dev.embedonce.vlm.decoder.layer.TokenTable;
import dev.embedonce.vlm.decoder.rope.Rotaries;
import dev.embedonce.vlm.decoder.rope.Rotary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gemma 4: sandwich norms, larger heads with partial RoPE in full-attention layers; the last layers attend to keys and
 * values of earlier ones; inputs of each layer by token id; experts beside the MLP. Bidirectional sets count in
 * sliding-window layers only.
 */
// Source: transformers 5.23, models/gemma4/configuration_gemma4.py, Gemma4TextConfig; modeling_gemma4.py
final class Gemma4Text implements TextReader {
    @Override
    public List<String> modelTypes() {
        return List.of("gemma4_text");
    }

    @Override
    public boolean tiedByDefault() {
        return true;
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        int hidden = config.positive("hidden_size", 2304);
        RmsNorm norm = new RmsNorm(config.number("rms_norm_eps", 1e-6));
        return new TextModel(
                hidden,
                config.positive("vocab_size", 262_144),
                config.positive("max_position_embeddings", 131_072),
                new Embedding((float) Math.sqrt(hidden), 0),
                new Layers(config, hidden, norm).all(),
                Set.of(),
                norm,
                new Head(tied, 1, (float) config.number("final_logit_softcapping", 0)));
    }

    /** Reads the layers. */
    private static final class Layers {
        private final ModelConfig config;
        private final int hidden;
        private final RmsNorm norm;
        private final Activation activation;
        private final List<Boolean> sliding;
        /** The first of the layers that have no keys and values of their own. */
        private final int firstShared;

        private final boolean vision;

        Layers(ModelConfig config, int hidden, RmsNorm norm) {
            this.config = config;
            this.hidden = hidden;
            this.norm = norm;
            this.activation = config.activation("hidden_activation", Activation.GELU_TANH);
            int count = config.positive("num_hidden_layers", 30);
            this.sliding = new ArrayList<>(LayerTypes.sliding(config, count, 6));
            sliding.set(count - 1, false); // whatever the config says of the last
            this.firstShared = count - config.natural("num_kv_shared_layers", 0);
            this.vision = config.has("use_bidirectional_attention")
                    && config.oneOf("use_bidirectional_attention", "vision").equals("vision");
        }

        List<DecoderLayer> all() {
            PerLayerInputs perLayer = perLayer();
            RopeTables full = new RopeTables("rope", full(size(false)));
            RopeTables local = new RopeTables("local_rope", local(size(true)));
            boolean wide = config.flag("use_double_wide_mlp", false);
            int intermediate = config.positive("intermediate_size", 9216);
            List<DecoderLayer> layers = new ArrayList<>();
            for (int i = 0; i < sliding.size(); i++) {
                boolean windowed = sliding.get(i);
                NormedAttention attention = new NormedAttention(
                        heads(i),
                        config.flag("attention_bias", false),
                        norm,
                        windowed ? local : full,
                        !windowed && config.flag("attention_k_eq_v", false),
                        earlier(i),
                        windowed && vision);
                GatedMlp mlp = new GatedMlp(
                        hidden, wide && i >= firstShared ? 2 * intermediate : intermediate, activation, false);
                layers.add(new ScaledLayer(layer(attention, mlp), perLayer));
            }
            return layers;
        }

        private DecoderLayer layer(NormedAttention attention, GatedMlp mlp) {
            if (!config.flag("enable_moe_block", false)) {
                return new ResidualLayer(attention, mlp, Norms.sandwich(norm));
            }
            int count = config.positive("num_experts");
            int perToken = config.positive("top_k_experts");
            if (perToken > count) {
                throw config.refused("top_k_experts", "at most num_experts, " + count);
            }
            MixtureOfExperts experts = new MixtureOfExperts(
                    new ScaledRouter(count, perToken, norm.epsilon()),
                    new StackedExperts("experts", count, hidden, config.positive("moe_intermediate_size"), activation));
            return new ExpertsBesideMlp(attention, mlp, experts, norm);
        }

        /**
         * The layer whose keys and values a layer attends to: the last of its kind that has its own. Null for its own.
         */
        private @Nullable Integer earlier(int layer) {
            if (layer < firstShared) {
                return null;
            }
            int found = firstShared < 0 ? -1 : sliding.subList(0, firstShared).lastIndexOf(sliding.get(layer));
            if (found < 0) {
                throw config.refused(
                        "num_kv_shared_layers",
                        "a layer of each kind in front of those that share its keys and values");
            }
            return found;
        }

        private GroupedHeads heads(int layer) {
            boolean windowed = sliding.get(layer);
            ModelConfig own = own(layer);
            int keyValue = config.positive("num_key_value_heads", 4);
            if (!windowed && config.flag("attention_k_eq_v", false)) {
                keyValue = config.positive("num_global_key_value_heads", keyValue);
            }
            return new GroupedHeads(
                    config.positive("num_attention_heads", 8),
                    own.positive("num_key_value_heads", keyValue),
                    own.positive("head_dim", size(windowed)),
                    1,
                    windowed ? config.positive("sliding_window", 512) : 0,
                    0);
        }

        /** What transformers 5.23 writes of one layer. */
        private ModelConfig own(int layer) {
            return config.optionalObject("per_layer_config").optionalObject(Integer.toString(layer));
        }

        /** Channels of a head in all layers of a kind. */
        private int size(boolean windowed) {
            int size = windowed ? config.positive("head_dim", 256) : config.positive("global_head_dim", 512);
            List<Integer> all = new ArrayList<>();
            for (int i = 0; i < sliding.size(); i++) {
                if (sliding.get(i) == windowed) {
                    all.add(own(i).positive("head_dim", size));
                }
            }
            if (all.stream().distinct().count() > 1) {
                throw config.refused("per_layer_config", "heads of one size in all layers of a kind");
            }
            return all.isEmpty() ? size : all.get(0);
        }

        private Rotary local(int size) {
            ModelConfig rope = config.optionalObject("rope_parameters").optionalObject(LayerTypes.SLIDING);
            return Rotaries.read(rope, rope.number("rope_theta", 10_000), size);
        }

        /** Frequencies of the whole head, of which the first rotate and the others are zero. */
        private Rotary full(int size) {
            ModelConfig rope = config.optionalObject("rope_parameters").optionalObject(LayerTypes.FULL);
            double theta = rope.number("rope_theta", 1_000_000);
            if (rope.has("rope_type") && !rope.text("rope_type").equals("proportional")) {
                return Rotaries.read(rope, theta, size);
            }
            double part = rope.number("partial_rotary_factor", config.has("rope_parameters") ? 1 : 0.25);
            float factor = (float) rope.number("factor", 1);
            float[] frequencies = Rotary.frequencies(theta, size);
            int turning = (int) (part * size / 2);
            for (int i = 0; i < turning; i++) {
                frequencies[i] /= factor;
            }
            Arrays.fill(frequencies, turning, frequencies.length, 0);
            return Rotary.of(frequencies, 1);
        }

        private @Nullable PerLayerInputs perLayer() {
            int size = config.natural("hidden_size_per_layer_input", 256);
            if (size == 0) {
                return null;
            }
            int vocabulary = config.positive("vocab_size", 262_144);
            int ids = config.positive("vocab_size_per_layer_input", 262_144);
            if (ids < vocabulary) {
                throw config.refused("vocab_size_per_layer_input", "at least vocab_size, " + vocabulary);
            }
            TokenTable table = new TokenTable(
                    "embed_tokens_per_layer",
                    ids,
                    sliding.size() * size,
                    (float) Math.sqrt(size),
                    config.natural("pad_token_id", 0));
            return new PerLayerInputs(table, size, activation, norm);
        }
    }
}
