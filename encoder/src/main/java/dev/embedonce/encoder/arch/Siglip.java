package dev.embedonce.encoder.arch;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.AttentionPool;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Pool;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.ModelFiles;
import dev.embedonce.model.tower.ClipLayers;
import dev.embedonce.model.tower.Siglip2Vision;
import dev.embedonce.model.tower.SiglipVision;
import dev.embedonce.model.tower.TransformerSizes;
import java.util.List;
import java.util.Set;

/**
 * SigLIP, the fixed-size SigLIP 2 (published as {@code siglip}), and SigLIP 2 NaFlex ({@code siglip2}): the picture
 * side and the text side. A picture's pooler output comes from an attention pooling head, and is what texts are
 * compared with; there is no further projection.
 *
 * <p>Texts are padded to the full number of tokens, attention covers the padding, and the last token is pooled, as in
 * training. NaFlex takes whole pictures, {@code [batch, 3, height, width]}, of any number of patches, none of them
 * padding.
 */
// Source: transformers 5.23, models/siglip/modeling_siglip.py, SiglipModel; models/siglip2/modeling_siglip2.py,
// Siglip2Model
final class Siglip implements EncoderArchitecture {
    private static final int REVISION = 1;
    private static final String VISION = "vision_model";
    private static final TransformerSizes TEXT_DEFAULTS =
            new TransformerSizes(768, 12, 12, 3072, Activation.GELU_TANH, 1e-6);

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

    record Text(TransformerSizes sizes, int vocabulary, int maxTokens, int projection) {
        static Text read(ModelConfig config) {
            TransformerSizes sizes = TransformerSizes.read(config, TEXT_DEFAULTS);
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
        ModelConfig json = files.config().recordedBy(new ConfigRecord());
        boolean nested = layout == Layout.BOTH || layout == Layout.NAFLEX;
        if (modality == Modality.TEXT) {
            return text(files, json, Text.read(nested ? json.object("text_config") : json), options);
        }
        return image(files, json, nested ? json.object("vision_config") : json, options);
    }

    private BuiltModel image(ModelFiles files, ModelConfig json, ModelConfig vision, BuildOptions options) {
        boolean head = vision.flag("vision_use_head", true);
        if (layout == Layout.NAFLEX) {
            Siglip2Vision siglip = Siglip2Vision.read(vision);
            Tower tower = imageTower(files, json, options);
            Value hidden = siglip.apply(tower, VISION, tower.pixelValues());
            return pooled(tower, hidden, siglip.sizes(), 0, head);
        }
        SiglipVision siglip = SiglipVision.read(vision);
        Tower tower = imageTower(files, json, options);
        Value hidden = siglip.applyResampled(tower, VISION, tower.pixelValues());
        return pooled(tower, hidden, siglip.sizes(), siglip.imageSize(), head);
    }

    private Tower imageTower(ModelFiles files, ModelConfig json, BuildOptions options) {
        return new Tower(
                family() + ".image",
                REVISION,
                files,
                json,
                options,
                Clip.layouts("vision_model."),
                "vision_model.embeddings.patch_embedding.weight");
    }

    private static BuiltModel pooled(Tower tower, Value hidden, TransformerSizes sizes, int imageSize, boolean head) {
        Pooling pooling = tower.pooling(head ? List.of(Pooling.POOLER, Pooling.MEAN) : List.of(Pooling.MEAN));
        Value vector = pooling == Pooling.POOLER
                ? new AttentionPool(sizes.channels(), sizes.heads(), sizes.inner(), sizes.activation(), sizes.epsilon())
                        .apply(tower.root().at(VISION + ".head"), hidden)
                : Pool.meanFrom(tower.ops(), hidden, 0);
        return tower.finish(Modality.IMAGE, vector, sizes.channels(), imageSize, pooling);
    }

    private BuiltModel text(ModelFiles files, ModelConfig json, Text config, BuildOptions options) {
        TransformerSizes sizes = config.sizes;
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
        Value embedded =
                ClipText.embed(model.at("embeddings"), ids, config.vocabulary, config.maxTokens, sizes.channels());
        TokenShape tokens = TokenShape.of(tower.ops(), embedded);
        Value x = new ClipLayers(tower, "text_model.encoder.layers", sizes)
                .apply(tokens.flat(embedded, sizes.channels()), tokens);
        Value last = Pool.token(tower.ops(), tokens.batched(x), -1);
        Value normal = Norm.layer(model.at("final_layer_norm"), last, sizes.channels(), sizes.epsilon());
        Value vector = Linear.of(model.at("head"), sizes.channels(), config.projection, true)
                .apply(normal);
        return tower.finish(Modality.TEXT, vector, config.projection, config.maxTokens, pooling);
    }

    private String family() {
        return layout == Layout.NAFLEX ? "siglip2" : "siglip";
    }
}
