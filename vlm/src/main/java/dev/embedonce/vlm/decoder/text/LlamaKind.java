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
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.layer.TextModel.Embedding;
import dev.embedonce.vlm.decoder.layer.TextModel.Head;
import dev.embedonce.vlm.decoder.layer.TokenMixer;
import dev.embedonce.vlm.decoder.rope.Rotaries;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Models of equal pre-norm layers: grouped-query attention with rotary positions and a gated MLP, RMSNorm throughout.
 * Config fields have Llama's names.
 *
 * @param intermediateSize, vocabulary, contextTokens, kvHeads, theta where the config is silent; 0 key-value heads mean
 *     as many as heads
 * @param headDim where the config is silent; 0 means hidden size by heads
 * @param inputBias whether the projections to queries, keys and values have a bias
 * @param outputBias whether the one back has a bias
 * @param qkNorm whether there is QK-norm, head by head
 * @param mlpBias whether the MLP has biases
 * @param window of sliding-window attention in all layers; 0 for none
 */
record LlamaKind(
        int intermediateSize,
        int vocabulary,
        int contextTokens,
        int kvHeads,
        double theta,
        int headDim,
        boolean inputBias,
        boolean outputBias,
        boolean qkNorm,
        boolean mlpBias,
        int window) {

    TextModel read(ModelConfig config, boolean tied) {
        FeedForward mlp = new GatedMlp(
                config.positive("hidden_size", 4096),
                config.positive("intermediate_size", intermediateSize),
                config.activation("hidden_act", Activation.SILU),
                mlpBias);
        return read(config, tied, layer -> mlp);
    }

    /** A model with other feed-forward networks, by the numbers of their layers. */
    TextModel read(ModelConfig config, boolean tied, IntFunction<FeedForward> feedForward) {
        int hidden = config.positive("hidden_size", 4096);
        int heads = config.positive("num_attention_heads", 32);
        int size = config.positive("head_dim", headDim == 0 ? hidden / heads : headDim);
        int layers = config.positive("num_hidden_layers", 32);
        RmsNorm norm = new RmsNorm(config.number("rms_norm_eps", 1e-6));
        GroupedHeads grouped = new GroupedHeads(
                heads,
                config.positive("num_key_value_heads", kvHeads == 0 ? heads : kvHeads),
                size,
                (float) (1 / Math.sqrt(size)),
                window,
                0);
        TokenMixer attention = new GroupedQueryAttention(
                grouped,
                inputBias,
                outputBias,
                qkNorm ? norm : null,
                new RopeTables("rope", Rotaries.read(config, size, theta)),
                false);
        List<DecoderLayer> all = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            all.add(new ResidualLayer(attention, feedForward.apply(layer), Norms.pre(norm)));
        }
        return new TextModel(
                hidden,
                config.positive("vocab_size", vocabulary),
                config.positive("max_position_embeddings", contextTokens),
                Embedding.PLAIN,
                all,
                Set.of(),
                norm,
                Head.plain(tied));
    }
}
