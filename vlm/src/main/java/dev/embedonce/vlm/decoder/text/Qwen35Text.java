package dev.embedonce.vlm.decoder.text;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.FeedForward;
import dev.embedonce.vlm.decoder.layer.GatedDeltaNet;
import dev.embedonce.vlm.decoder.layer.GatedMlp;
import dev.embedonce.vlm.decoder.layer.GroupedQueryAttention;
import dev.embedonce.vlm.decoder.layer.ResidualLayer;
import dev.embedonce.vlm.decoder.layer.ResidualLayer.Norms;
import dev.embedonce.vlm.decoder.layer.RmsNorm;
import dev.embedonce.vlm.decoder.layer.RopeTables;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.layer.TextModel.Embedding;
import dev.embedonce.vlm.decoder.layer.TextModel.Head;
import dev.embedonce.vlm.decoder.layer.TokenMixer;
import dev.embedonce.vlm.decoder.rope.Rotaries;
import dev.embedonce.vlm.decoder.rope.Rotary;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The language model of Qwen3.5: a gated delta net in most layers, gated attention with M-RoPE on the first channels of
 * each head in every fourth. All norms but that of the gated delta net multiply by {@code 1 + weight}. M-RoPE is
 * interleaved whatever {@code mrope_interleaved} says, as in the reference.
 */
// Source: transformers 5.23, models/qwen3_5/configuration_qwen3_5.py, modeling_qwen3_5.py
final class Qwen35Text implements TextReader {
    private static final String LINEAR = "linear_attention";
    private static final double THETA = 10_000;
    private static final List<Integer> SECTIONS = List.of(11, 11, 10);

    @Override
    public List<String> modelTypes() {
        return List.of("qwen3_5_text");
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        if (!config.flag("attn_output_gate", true)) {
            throw config.refused("attn_output_gate", "true");
        }
        int hidden = config.positive("hidden_size", 4096);
        RmsNorm norm = new RmsNorm(config.number("rms_norm_eps", 1e-6), 1);
        FeedForward mlp = new GatedMlp(hidden, config.positive("intermediate_size", 12_288), activation(config), false);
        DecoderLayer linear = layer(linear(config), mlp, norm);
        DecoderLayer full = layer(full(config, norm), mlp, norm);
        return new TextModel(
                hidden,
                config.positive("vocab_size", 248_320),
                config.positive("max_position_embeddings", 32_768),
                Embedding.PLAIN,
                types(config).stream()
                        .map(type -> type.equals(LINEAR) ? linear : full)
                        .toList(),
                Set.of(),
                norm,
                Head.plain(tied));
    }

    private static DecoderLayer layer(TokenMixer mixer, FeedForward mlp, RmsNorm norm) {
        return new ResidualLayer(mixer, mlp, Norms.pre(norm));
    }

    /** That of the MLP and of the convolutions, which are fused with SiLU. */
    private static Activation activation(ModelConfig config) {
        Activation activation = config.activation("hidden_act", Activation.SILU);
        if (activation != Activation.SILU) {
            throw config.refused("hidden_act", "silu");
        }
        return activation;
    }

    private static List<String> types(ModelConfig config) {
        int layers = config.positive("num_hidden_layers", 32);
        if (!config.has("layer_types")) {
            int interval = config.positive("full_attention_interval", 4);
            return IntStream.rangeClosed(1, layers)
                    .mapToObj(number -> number % interval == 0 ? LayerTypes.FULL : LINEAR)
                    .toList();
        }
        List<String> types = config.texts("layer_types");
        if (types.size() != layers || !List.of(LINEAR, LayerTypes.FULL).containsAll(types)) {
            throw config.refused(
                    "layer_types", LINEAR + " or " + LayerTypes.FULL + " for each of " + layers + " layers");
        }
        return types;
    }

    private static GatedDeltaNet linear(ModelConfig config) {
        int keyHeads = config.positive("linear_num_key_heads", 16);
        int valueHeads = config.positive("linear_num_value_heads", 32);
        if (valueHeads % keyHeads != 0) {
            throw config.refused("linear_num_value_heads", "a multiple of the " + keyHeads + " key heads");
        }
        int kernel = config.positive("linear_conv_kernel_dim", 4);
        if (kernel < 2) {
            throw config.refused("linear_conv_kernel_dim", "a number from 2 on");
        }
        return new GatedDeltaNet(
                keyHeads,
                valueHeads,
                config.positive("linear_key_head_dim", 128),
                config.positive("linear_value_head_dim", 128),
                kernel,
                new RmsNorm(config.number("rms_norm_eps", 1e-6)));
    }

    private static GroupedQueryAttention full(ModelConfig config, RmsNorm norm) {
        int heads = config.positive("num_attention_heads", 16);
        int size = config.positive("head_dim", 256);
        GroupedHeads grouped = new GroupedHeads(
                heads, config.positive("num_key_value_heads", 4), size, (float) (1 / Math.sqrt(size)), 0, 0);
        boolean bias = config.flag("attention_bias", false);
        return new GroupedQueryAttention(
                grouped, bias, bias, norm, new RopeTables("rope", rotary(config, size)), false, true);
    }

    private static Rotary rotary(ModelConfig config, int size) {
        ModelConfig parameters = config.optionalObject("rope_parameters");
        ModelConfig partly = parameters.has("partial_rotary_factor") ? parameters : config;
        int rotated = (int) (size * partly.number("partial_rotary_factor", 0.25));
        if (rotated < 2 || rotated > size || rotated % 2 != 0) {
            throw partly.refused("partial_rotary_factor", "an even number of the " + size + " channels of a head");
        }
        List<Integer> sections = parameters.has("mrope_section") ? parameters.positives("mrope_section") : SECTIONS;
        if (sections.size() != 3
                || sections.stream().mapToInt(Integer::intValue).sum() != rotated / 2) {
            throw parameters.refused("mrope_section", "three numbers that add up to " + rotated / 2);
        }
        return Rotaries.read(config, rotated, THETA)
                .interleaved(sections.stream().mapToInt(Integer::intValue).toArray());
    }
}
