package dev.embedonce.vlm.decoder.text;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.BiasedSoftmaxRouter;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.FeedForward;
import dev.embedonce.vlm.decoder.layer.FeedForwardByKind;
import dev.embedonce.vlm.decoder.layer.GatedMlp;
import dev.embedonce.vlm.decoder.layer.GroupedQueryAttention;
import dev.embedonce.vlm.decoder.layer.ListedExperts;
import dev.embedonce.vlm.decoder.layer.MixtureOfExperts;
import dev.embedonce.vlm.decoder.layer.ResidualLayer;
import dev.embedonce.vlm.decoder.layer.ResidualLayer.Norms;
import dev.embedonce.vlm.decoder.layer.RmsNorm;
import dev.embedonce.vlm.decoder.layer.RopeTables;
import dev.embedonce.vlm.decoder.layer.SummedFeedForward;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.layer.TextModel.Embedding;
import dev.embedonce.vlm.decoder.layer.TextModel.Head;
import dev.embedonce.vlm.decoder.layer.TokenMixer;
import dev.embedonce.vlm.decoder.rope.Rotary;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * ERNIE 4.5 within ERNIE 4.5 VL, as published, all fields at the top, and as transformers 5 has it. Pre-norm layers,
 * M-RoPE over pairs of neighbouring channels whose rows and columns take turns; an MLP in the first layers, in the
 * others experts for text, as many smaller ones for pictures, and shared experts.
 */
// Source: transformers 5.23, models/ernie4_5_vl_moe/configuration_ernie4_5_vl_moe.py, modeling_ernie4_5_vl_moe.py;
// its commit 19c5b13, convert_ernie4_5_vl_moe_to_hf.py, for configs as published
final class ErnieVlText implements TextReader {
    private static final String PUBLISHED = "ernie4_5_moe_vl";
    private static final String TYPES = "mlp_layer_types";
    private static final List<Integer> SECTIONS = List.of(22, 22, 20);
    private static final double THETA = 500_000;

    @Override
    public List<String> modelTypes() {
        return List.of(PUBLISHED, "ernie4_5_vl_moe_text");
    }

    @Override
    public boolean tiedByDefault() {
        return true;
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        if (config.flag("use_bias", false)) {
            throw config.refused("use_bias", "false");
        }
        int hidden = config.positive("hidden_size", 2560);
        int count = config.positive("num_hidden_layers", 28);
        RmsNorm norm = new RmsNorm(config.number("rms_norm_eps", 1e-5));
        TokenMixer attention = attention(config, hidden);
        Activation activation = config.activation("hidden_act", Activation.SILU);
        FeedForward mlp = new GatedMlp(hidden, config.positive("intermediate_size", 12_288), activation, false);
        FeedForward experts = experts(config, hidden, activation);
        List<Boolean> sparse = sparse(config, count);
        List<DecoderLayer> layers = IntStream.range(0, count)
                .<DecoderLayer>mapToObj(
                        layer -> new ResidualLayer(attention, sparse.get(layer) ? experts : mlp, Norms.pre(norm)))
                .toList();
        return new TextModel(
                hidden,
                config.positive("vocab_size", 103_424),
                config.positive("max_position_embeddings", 131_072),
                Embedding.PLAIN,
                layers,
                Set.of(),
                norm,
                Head.plain(tied));
    }

    private static TokenMixer attention(ModelConfig config, int hidden) {
        int heads = config.positive("num_attention_heads", 20);
        int size = config.positive("head_dim", hidden / heads);
        GroupedHeads grouped = new GroupedHeads(
                heads, config.positive("num_key_value_heads", 4), size, (float) (1 / Math.sqrt(size)), 0, 0);
        return new GroupedQueryAttention(
                grouped, false, false, null, new RopeTables("rope", rope(config, size), true), false);
    }

    private static Rotary rope(ModelConfig config, int size) {
        ModelConfig parameters =
                config.optionalObject(config.has("rope_parameters") ? "rope_parameters" : "rope_scaling");
        parameters.oneOf("rope_type", "default", "ernie_3d");
        double theta =
                parameters.has("rope_theta") ? parameters.number("rope_theta") : config.number("rope_theta", THETA);
        return Rotary.of(Rotary.frequencies(theta, size), 1).alternating(rows(config, parameters, size / 2));
    }

    /** How many of a head's frequencies belong to rows, and how many to columns. */
    private static int rows(ModelConfig config, ModelConfig parameters, int frequencies) {
        if (config.text("model_type").equals(PUBLISHED)) {
            if (!config.flag("rope_3d", true)) {
                throw config.refused("rope_3d", "true");
            }
            int time = config.positive("freq_allocation", SECTIONS.get(2));
            if (time >= frequencies || (frequencies - time) % 2 != 0) {
                throw config.refused("freq_allocation", "a number that leaves an even one of " + frequencies);
            }
            return (frequencies - time) / 2;
        }
        List<Integer> sections = parameters.has("mrope_section") ? parameters.positives("mrope_section") : SECTIONS;
        if (sections.size() != 3
                || !sections.get(0).equals(sections.get(1))
                || sections.stream().mapToInt(Integer::intValue).sum() != frequencies) {
            throw parameters.refused(
                    "mrope_section", "three numbers, the first two equal, that add up to " + frequencies);
        }
        return sections.get(0);
    }

    /** Which layers have experts. */
    private static List<Boolean> sparse(ModelConfig config, int layers) {
        if (!config.text("model_type").equals(PUBLISHED)) {
            return listed(config, layers);
        }
        int every = config.positive("moe_layer_interval", 1);
        int first = same(config, "moe_layer_start_index", List.of(1), layers);
        int last = same(config, "moe_layer_end_index", List.of(-1), layers - 1);
        return IntStream.range(0, layers)
                .mapToObj(layer -> (layer + 1) % every == 0 && first <= layer && layer <= last)
                .toList();
    }

    private static List<Boolean> listed(ModelConfig config, int layers) {
        if (!config.has(TYPES)) {
            return IntStream.range(0, layers).mapToObj(layer -> layer > 0).toList();
        }
        List<String> types = config.texts(TYPES);
        if (types.size() != layers || !List.of("dense", "sparse").containsAll(types)) {
            throw config.refused(TYPES, "dense or sparse for each of " + layers + " layers");
        }
        return types.stream().map("sparse"::equals).toList();
    }

    /** The layer that is meant for text and for pictures, {@code most} where it is -1 or more than that. */
    private static int same(ModelConfig config, String name, List<Integer> missing, int most) {
        List<Integer> layers = config.integers(name, missing).stream()
                .map(layer -> layer == -1 ? most : Math.min(layer, most))
                .distinct()
                .toList();
        if (layers.size() != 1) {
            throw config.refused(name, "the same layer for text and pictures");
        }
        return layers.get(0);
    }

    private static FeedForward experts(ModelConfig config, int hidden, Activation activation) {
        config.oneOf("moe_gate_act", "softmax");
        List<Integer> counts = config.integers("moe_num_experts", List.of(64));
        int count = Collections.max(counts);
        if (counts.size() > 2 || Collections.min(counts) != count) {
            throw config.refused("moe_num_experts", "as many for text as for pictures");
        }
        int perToken = config.positive("moe_k", 6);
        if (perToken > count) {
            throw config.refused("moe_k", "at most as many as there are experts, " + count);
        }
        List<Integer> inner =
                config.has("moe_intermediate_size") ? config.positives("moe_intermediate_size") : List.of(1536, 512);
        if (inner.size() != 2) {
            throw config.refused("moe_intermediate_size", "one size for text and one for pictures");
        }
        float least = (float) config.number("moe_norm_min", 1e-12);
        FeedForward chosen = new FeedForwardByKind(
                new MixtureOfExperts(
                        new BiasedSoftmaxRouter(count, perToken, least, "weight", 0, 2),
                        new ListedExperts(0, hidden, inner.get(0), activation)),
                new MixtureOfExperts(
                        new BiasedSoftmaxRouter(count, perToken, least, "weight_1", 1, 2),
                        new ListedExperts(count, hidden, inner.get(1), activation)));
        boolean published = config.text("model_type").equals(PUBLISHED);
        int shared = config.natural("moe_num_shared_experts", published ? 0 : 2);
        return shared == 0
                ? chosen
                : new SummedFeedForward(
                        chosen, new GatedMlp("mlp.shared_experts", hidden, inner.get(0) * shared, activation, false));
    }
}
