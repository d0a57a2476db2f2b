package dev.embedonce.vlm.decoder.text;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.layer.FeedForward;
import dev.embedonce.vlm.decoder.layer.GatedMlp;
import dev.embedonce.vlm.decoder.layer.GroupedQueryAttention;
import dev.embedonce.vlm.decoder.layer.ResidualLayer;
import dev.embedonce.vlm.decoder.layer.ResidualLayer.Norms;
import dev.embedonce.vlm.decoder.layer.RmsNorm;
import dev.embedonce.vlm.decoder.layer.RopeTables;
import dev.embedonce.vlm.decoder.layer.ShortConvolution;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.layer.TextModel.Embedding;
import dev.embedonce.vlm.decoder.layer.TextModel.Head;
import dev.embedonce.vlm.decoder.layer.TokenMixer;
import dev.embedonce.vlm.decoder.rope.Rotaries;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The language model of LFM2: short convolutions in most layers, attention with QK-norm in the others. {@code
 * intermediate_size}, {@code block_ff_dim} in published configs, is that of an MLP without gates: what is made of it
 * here is two thirds, rounded up, unless the config says otherwise.
 */
// Source: transformers 5.23, models/lfm2/configuration_lfm2.py, modeling_lfm2.py
final class Lfm2Text implements TextReader {
    private static final String CONVOLUTION = "conv";
    private static final double THETA = 1_000_000;

    @Override
    public List<String> modelTypes() {
        return List.of("lfm2");
    }

    @Override
    public boolean tiedByDefault() {
        return true;
    }

    @Override
    public TextModel read(ModelConfig config, boolean tied) {
        int hidden = config.positive("hidden_size", 2560);
        RmsNorm norm = new RmsNorm(config.number("norm_eps", 1e-5));
        FeedForward mlp = new GatedMlp(hidden, inner(config), Activation.SILU, false);
        DecoderLayer convolution = layer(convolution(config, hidden), mlp, norm);
        DecoderLayer attention = layer(attention(config, hidden, norm), mlp, norm);
        return new TextModel(
                hidden,
                config.positive("vocab_size", 65_536),
                config.positive("max_position_embeddings", 128_000),
                Embedding.PLAIN,
                types(config).stream()
                        .map(type -> type.equals(CONVOLUTION) ? convolution : attention)
                        .toList(),
                Set.of(),
                norm,
                Head.plain(config.flag("tie_embedding", tied)));
    }

    private static DecoderLayer layer(TokenMixer mixer, FeedForward mlp, RmsNorm norm) {
        return new ResidualLayer(mixer, mlp, new Norms(norm, "operator_norm", null, "ffn_norm", null));
    }

    private static int inner(ModelConfig config) {
        int inner = config.positive(config.has("block_ff_dim") ? "block_ff_dim" : "intermediate_size", 12_288);
        if (!config.flag("block_auto_adjust_ff_dim", true)) {
            return inner;
        }
        int multiple = config.positive("block_multiple_of", 256);
        int scaled = (int) (config.number("block_ffn_dim_multiplier", 1) * (int) (2.0 * inner / 3));
        return multiple * ((scaled + multiple - 1) / multiple);
    }

    private static List<String> types(ModelConfig config) {
        int layers = config.positive("num_hidden_layers", 32);
        if (config.has("layer_types")) {
            List<String> types = config.texts("layer_types");
            if (types.size() != layers || !List.of(CONVOLUTION, LayerTypes.FULL).containsAll(types)) {
                throw config.refused(
                        "layer_types", CONVOLUTION + " or " + LayerTypes.FULL + " for each of " + layers + " layers");
            }
            return types;
        }
        List<Integer> attending = config.has("full_attn_idxs")
                ? config.integers("full_attn_idxs", List.of())
                : IntStream.range(0, layers).boxed().toList();
        return IntStream.range(0, layers)
                .mapToObj(layer -> attending.contains(layer) ? LayerTypes.FULL : CONVOLUTION)
                .toList();
    }

    private static ShortConvolution convolution(ModelConfig config, int hidden) {
        if (config.flag("conv_bias", false)) {
            throw config.refused("conv_bias", "false");
        }
        int kernel = config.positive("conv_L_cache", 3);
        if (kernel < 2) {
            throw config.refused("conv_L_cache", "a number from 2 on");
        }
        return new ShortConvolution(hidden, kernel);
    }

    private static GroupedQueryAttention attention(ModelConfig config, int hidden, RmsNorm norm) {
        int heads = config.positive("num_attention_heads", 32);
        int size = config.positive("head_dim", hidden / heads);
        GroupedHeads grouped = new GroupedHeads(
                heads, config.positive("num_key_value_heads", 8), size, (float) (1 / Math.sqrt(size)), 0, 0);
        RopeTables rope = new RopeTables("rope", Rotaries.read(config, size, THETA));
        return new GroupedQueryAttention(grouped, false, false, norm, rope, false);
    }
}
