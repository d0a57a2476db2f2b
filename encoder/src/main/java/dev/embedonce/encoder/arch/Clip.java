package dev.embedonce.encoder.arch;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Pool;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.ModelFiles;
import dev.embedonce.model.tower.ClipLayers;
import dev.embedonce.model.tower.ClipVision;
import dev.embedonce.model.tower.TransformerSizes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * CLIP, also OpenCLIP's models in transformers format: the picture side and the text side, of one checkpoint or each
 * alone. The pooler output of a picture is its class token, normalised; that of a text is its end token.
 *
 * <p>Old configs also have {@code text_config_dict} and {@code vision_config_dict}; as in transformers, these then
 * count, and the defaults for what they leave out.
 *
 * <p>Texts need no attention mask: the attention is causal and the end token is pooled, before any padding.
 */
// Source: transformers 5.23, models/clip/modeling_clip.py, CLIPModel.get_image_features, get_text_features
final class Clip implements EncoderArchitecture {
    private static final int REVISION = 1;
    /** Configs written before transformers 4.31 name this end token, and mean the token with the highest id. */
    private static final int LEGACY_EOS = 2;

    private static final String VISION = "vision_model";
    private static final TransformerSizes TEXT_DEFAULTS =
            new TransformerSizes(512, 12, 8, 2048, Activation.QUICK_GELU, 1e-5);

    enum Layout {
        BOTH,
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

    record Text(TransformerSizes sizes, int vocabulary, int maxTokens, int eosTokenId) {
        static Text read(ModelConfig config) {
            return new Text(
                    TransformerSizes.read(config, TEXT_DEFAULTS),
                    config.positive("vocab_size", 49408),
                    config.positive("max_position_embeddings", 77),
                    config.natural("eos_token_id", 49407));
        }
    }

    private final Layout layout;

    Clip(Layout layout) {
        this.layout = layout;
    }

    @Override
    public Set<Modality> modalities() {
        return layout.sides();
    }

    @Override
    public BuiltModel build(ModelFiles files, Modality modality, BuildOptions options) {
        ModelConfig json = files.config().recordedBy(new ConfigRecord());
        int projection = json.positive("projection_dim", 512);
        return modality == Modality.IMAGE
                ? image(files, json, projection, options)
                : text(files, json, projection, options);
    }

    private BuiltModel image(ModelFiles files, ModelConfig json, int projection, BuildOptions options) {
        ClipVision clip =
                ClipVision.read(layout == Layout.BOTH ? json.object("vision_config", "vision_config_dict") : json);
        Tower tower = new Tower(
                "clip.image",
                REVISION,
                files,
                json,
                options,
                layouts("vision_model."),
                "vision_model.embeddings.class_embedding");
        List<Pooling> possible = new ArrayList<>(List.of(Pooling.POOLER, Pooling.CLS, Pooling.MEAN));
        if (tower.root().has("visual_projection.weight")) {
            possible.add(0, Pooling.PROJECTION);
        }
        Pooling pooling = tower.pooling(possible);
        Value vector = imageVector(tower, clip, pooling);
        return project(
                tower,
                Modality.IMAGE,
                "visual_projection",
                vector,
                clip.channels(),
                projection,
                clip.imageSize(),
                pooling);
    }

    private static Value imageVector(Tower tower, ClipVision clip, Pooling pooling) {
        Value pixels = tower.pixelValues();
        if (pooling == Pooling.MEAN) {
            return Pool.meanFrom(tower.ops(), clip.lastState(tower, VISION, pixels), 1);
        }
        Value classToken = clip.classToken(tower, VISION, pixels);
        return pooling == Pooling.CLS ? classToken : clip.postNorm(tower, VISION, classToken);
    }

    private BuiltModel text(ModelFiles files, ModelConfig json, int projection, BuildOptions options) {
        Text config = Text.read(layout == Layout.BOTH ? json.object("text_config", "text_config_dict") : json);
        TransformerSizes sizes = config.sizes;
        Tower tower = new Tower(
                "clip.text",
                REVISION,
                files,
                json,
                options,
                layouts("text_model."),
                "text_model.embeddings.token_embedding.weight");
        List<Pooling> possible = new ArrayList<>(List.of(Pooling.POOLER));
        if (tower.root().has("text_projection.weight")) {
            possible.add(0, Pooling.PROJECTION);
        }
        Pooling pooling = tower.pooling(possible);
        Ops ops = tower.ops();
        Scope model = tower.root().at("text_model");
        Value ids = tower.inputIds();
        Value embedded =
                ClipText.embed(model.at("embeddings"), ids, config.vocabulary, config.maxTokens, sizes.channels());
        TokenShape tokens = TokenShape.of(ops, embedded);
        Value x = new ClipLayers(tower, "text_model.encoder.layers", sizes)
                .applyCausally(tokens.flat(embedded, sizes.channels()), tokens);
        Value end = Pool.tokenAt(ops, tokens.batched(x), endPositions(ops, ids, config.eosTokenId));
        Value vector = Norm.layer(model.at("final_layer_norm"), end, sizes.channels(), sizes.epsilon());
        return project(
                tower,
                Modality.TEXT,
                "text_projection",
                vector,
                sizes.channels(),
                projection,
                config.maxTokens,
                pooling);
    }

    private static BuiltModel project(
            Tower tower,
            Modality modality,
            String name,
            Value vector,
            int channels,
            int projection,
            int extent,
            Pooling pooling) {
        if (pooling != Pooling.PROJECTION) {
            return tower.finish(modality, vector, channels, extent, pooling);
        }
        Value projected =
                Linear.of(tower.root().at(name), channels, projection, false).apply(vector);
        return tower.finish(modality, projected, projection, extent, pooling);
    }

    /** Where each text ends: int64 [batch, 1]. */
    private static Value endPositions(Ops ops, Value ids, int eosTokenId) {
        Value candidates = eosTokenId == LEGACY_EOS
                ? ids
                : ops.cast(ops.equal(ids, ops.graph().scalar((long) eosTokenId)), TensorType.I32);
        return ops.argMax(candidates, 1, true);
    }

    /** As published, and without the outer level as transformers 5 saves a side alone. */
    static List<NameLayout> layouts(String prefix) {
        return List.of(
                NameLayout.canonical(), name -> name.startsWith(prefix) ? name.substring(prefix.length()) : name);
    }
}
