package dev.embedonce.encoder.arch;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.AttentionPool;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.PatchGrid;
import dev.embedonce.graph.blocks.Pool;
import dev.embedonce.graph.blocks.PositionTable;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * SigLIP, the fixed-size SigLIP 2 (published as {@code siglip}), and SigLIP 2 NaFlex ({@code siglip2}): the picture side and the
 * text side. A picture's pooler output comes from an attention pooling head, and is what texts are compared with; there is no
 * further projection.
 *
 * <p>Texts are padded to the full number of tokens, attention sees the padding, and the last token is read, as in training.
 * NaFlex takes whole pictures, {@code [batch, 3, height, width]}, of any number of patches, none of them padding.
 */
// Source: transformers 5.23, models/siglip/modeling_siglip.py, SiglipModel; models/siglip2/modeling_siglip2.py,
// Siglip2Model
final class Siglip implements EncoderArchitecture {
    private static final int REVISION = 1;
    private static final Transformer DEFAULTS = new Transformer(768, 12, 12, 3072, Activation.GELU_TANH, 1e-6);

    enum Layout {
        BOTH,
        NAFLEX,
        VISION_ONLY,
        TEXT_ONLY;

        Set<Modality> sides() {
            return switch (this) {
                case VISION_ONLY -> Set.of(Modality.IMAGE);
                case TEXT_ONLY -> Set.of(Modality.TEXT);
                default -> Set.of(Modality.IMAGE, Modality.TEXT);
            };
        }
    }

    /**
     * Reads the picture side.
     *
     * @param side patches along each side of the position table
     */
    record Vision(Transformer sizes, int imageSize, int patchSize, int side, boolean head) {
        static Vision read(ModelConfig config, boolean naflex) {
            config.requireOnly("num_channels", 3);
            Transformer sizes = Transformer.withDefaults(config, DEFAULTS);
            int patchSize = config.side("patch_size", 16);
            boolean head = config.flag("vision_use_head", true);
            if (!naflex) {
                int imageSize = config.side("image_size", 224);
                return new Vision(sizes, imageSize, patchSize, imageSize / patchSize, head);
            }
            int patches = config.positive("num_patches", 256);
            int side = (int) Math.round(Math.sqrt(patches));
            if (side * side != patches) {
                throw config.refused("num_patches", "a square number");
            }
            return new Vision(sizes, 0, patchSize, side, head);
        }
    }

    record Text(Transformer sizes, int vocabulary, int maxTokens, int projection) {
        static Text read(ModelConfig config) {
            Transformer sizes = Transformer.withDefaults(config, DEFAULTS);
            return new Text(
                    sizes,
                    config.positive("vocab_size", 32000),
                    config.positive("max_position_embeddings", 64),
                    config.positive("projection_size", sizes.channels()));
        }
    }

    private final Layout layout;

    Siglip(Layout layout) {
        this.layout = layout;
    }

    @Override
    public Set<Modality> modalities() {
        return layout.sides();
    }

    @Override
    public BuiltModel build(ModelFiles files, Modality modality, BuildOptions options) {
        ModelConfig json = files.config().fresh();
        boolean nested = layout == Layout.BOTH || layout == Layout.NAFLEX;
        if (modality == Modality.TEXT) {
            return text(files, json, Text.read(nested ? json.object("text_config") : json), options);
        }
        Vision config = Vision.read(nested ? json.object("vision_config") : json, layout == Layout.NAFLEX);
        return image(files, json, config, options);
    }

    private BuiltModel image(ModelFiles files, ModelConfig json, Vision config, BuildOptions options) {
        Transformer sizes = config.sizes;
        Tower tower = new Tower(
                family() + ".image",
                REVISION,
                files,
                json,
                options,
                Clip.layouts("vision_model."),
                "vision_model.embeddings.patch_embedding.weight");
        List<Pooling> possible = new ArrayList<>(List.of(Pooling.MEAN));
        if (config.head) {
            possible.add(0, Pooling.POOLER);
        }
        Pooling pooling = tower.pooling(possible);
        Ops ops = tower.ops();
        Scope model = tower.root().at("vision_model");
        Value embedded = embedImage(model.at("embeddings"), config, tower.pixelValues());
        TokenShape tokens = TokenShape.of(ops, embedded);
        Value x = ClipLayers.stack(
                tower, "vision_model.encoder.layers", sizes, tokens.flat(embedded, sizes.channels()), tokens, false);
        Value hidden = tokens.batched(Norm.layer(model.at("post_layernorm"), x, sizes.channels(), sizes.epsilon()));
        Value vector = pooling == Pooling.POOLER
                ? new AttentionPool(sizes.channels(), sizes.heads(), sizes.inner(), sizes.activation(), sizes.epsilon())
                        .apply(model.at("head"), hidden)
                : Pool.meanFrom(ops, hidden, 0);
        return tower.finish(Modality.IMAGE, vector, sizes.channels(), config.imageSize, pooling);
    }

    private BuiltModel text(ModelFiles files, ModelConfig json, Text config, BuildOptions options) {
        Transformer sizes = config.sizes;
        Tower tower = new Tower(
                family() + ".text",
                REVISION,
                files,
                json,
                options,
                Clip.layouts("text_model."),
                "text_model.embeddings.token_embedding.weight");
        Pooling pooling = tower.pooling(List.of(Pooling.POOLER));
        Scope model = tower.root().at("text_model");
        Value ids = tower.inputIds();
        Value embedded = ClipLayers.embedText(
                model.at("embeddings"), ids, config.vocabulary, config.maxTokens, sizes.channels());
        TokenShape tokens = TokenShape.of(tower.ops(), embedded);
        Value x = ClipLayers.stack(
                tower, "text_model.encoder.layers", sizes, tokens.flat(embedded, sizes.channels()), tokens, false);
        Value last = Pool.token(tower.ops(), tokens.batched(x), -1);
        Value normal = Norm.layer(model.at("final_layer_norm"), last, sizes.channels(), sizes.epsilon());
        Value vector = Linear.of(model.at("head"), sizes.channels(), config.projection, true)
                .apply(normal);
        return tower.finish(Modality.TEXT, vector, config.projection, config.maxTokens, pooling);
    }

    private Value embedImage(Scope scope, Vision config, Value pixels) {
        Ops ops = scope.ops();
        int channels = config.sizes.channels();
        PatchGrid grid = layout == Layout.NAFLEX
                ? patchesByRow(scope, config, pixels)
                : PatchGrid.embed(
                        scope, pixels, "patch_embedding.weight", "patch_embedding.bias", 3, channels, config.patchSize);
        Value table = scope.weight("position_embedding.weight", (long) config.side * config.side, channels);
        PositionTable resampling = layout == Layout.NAFLEX ? PositionTable.BILINEAR_ANTIALIAS : PositionTable.BICUBIC;
        return ops.add(grid.tokens(), resampling.resize(ops, table, config.side, channels, grid.size()));
    }

    /** NaFlex has the patch embedding as a linear layer over (row, column, channel). */
    private static PatchGrid patchesByRow(Scope scope, Vision config, Value pixels) {
        Ops ops = scope.ops();
        int channels = config.sizes.channels();
        int patch = config.patchSize;
        Value linear = scope.view(
                scope.tensor("patch_embedding.weight", channels, 3L * patch * patch), channels, patch, patch, 3);
        Value bias = scope.weight("patch_embedding.bias", channels);
        return PatchGrid.embed(ops, pixels, ops.transpose(linear, 0, 3, 1, 2), bias, channels, patch);
    }

    private String family() {
        return layout == Layout.NAFLEX ? "siglip2" : "siglip";
    }
}
