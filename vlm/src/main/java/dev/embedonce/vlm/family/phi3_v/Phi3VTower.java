package dev.embedonce.vlm.family.phi3_v;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.ClipVision;
import dev.embedonce.model.tower.TransformerSizes;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.PixelShuffle;
import dev.embedonce.vlm.vision.ProcessorSettings;
import dev.embedonce.vlm.vision.SeparatedTiles;
import dev.embedonce.vlm.vision.TileInput;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionFeatures;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.List;

/**
 * CLIP's patches of every crop, each square of four as one token, with learned separators, through a projector of two
 * layers. The published code fixes CLIP-L/14 at 336; a {@code vision_config}, which converted files have, may say
 * another.
 */
// Source: microsoft/Phi-3-vision-128k-instruct, image_embedding_phi3_v.py, Phi3ImageEmbedding
final class Phi3VTower {
    private static final int REVISION = 1;
    private static final int MERGE = 2;
    private static final String IMAGES = "vision_embed_tokens";
    private static final String PATH = IMAGES + ".img_processor.vision_model";
    private static final ClipVision LARGE =
            new ClipVision(new TransformerSizes(1024, 24, 16, 4096, Activation.QUICK_GELU, 1e-5), 336, 14);

    private Phi3VTower() {}

    static SeparatedTiles tiles(ModelConfig config) {
        return tiles(clip(config));
    }

    private static SeparatedTiles tiles(ClipVision clip) {
        return new SeparatedTiles(clip.imageSize(), clip.side() / MERGE);
    }

    private static ClipVision clip(ModelConfig config) {
        ClipVision clip = ClipVision.read(config.optionalObject("vision_config"), LARGE);
        if (clip.side() % MERGE != 0 || clip.side() * clip.patchSize() != clip.imageSize()) {
            throw config.optionalObject("vision_config").refused("image_size", "an even number of patches a side");
        }
        return clip;
    }

    static VisionTower open(FamilyFiles files, FamilyOptions options, int hidden) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        ClipVision clip = clip(config);
        int state = state(config, clip);
        TowerBuilder builder = new TowerBuilder(
                "phi3_v.vision",
                REVISION,
                config,
                files,
                options,
                List.of(NameLayout.prefixed("model.")),
                PATH + ".embeddings.class_embedding",
                IMAGES + ".img_projection.0.weight");
        Ops ops = builder.ops();
        Scope root = builder.root().at(IMAGES);
        TileInput input = new TileInput(ops, clip.imageSize());
        Value states =
                clip.hiddenStates(builder, PATH, input.tiles(), List.of(state)).get(0);
        Value patches = ops.slice(states, 1, 1, clip.patches() + 1L);
        Value merged = PixelShuffle.apply(ops, patches, clip.side(), MERGE, clip.channels());
        int channels = MERGE * MERGE * clip.channels();
        SeparatedTiles tiles = tiles(clip);
        Value ordered = tiles.ordered(root, input, merged, channels);
        TokenShape tokens = TokenShape.of(ops, ordered);
        Value projected = Mlp.plain(
                Linear.of(root.at("img_projection.0"), channels, hidden, true),
                Activation.GELU,
                Linear.of(root.at("img_projection.2"), hidden, hidden, true),
                tokens.flat(ordered, channels));
        builder.output(VisionFeatures.FEATURES, tokens.batched(projected), hidden);
        return builder.open(tiles::feeds);
    }

    /** Which hidden state of CLIP, by the parts of the config that say what is made of it. */
    private static int state(ModelConfig config, ClipVision clip) {
        ModelConfig processor = config.object("img_processor");
        processor.oneOf("name", "clip_vision_model");
        processor.oneOf("type_feature", "patch");
        processor.requireOnly("image_dim_out", clip.channels());
        ModelConfig embedding = config.object("embd_layer");
        embedding.oneOf("embedding_cls", "image");
        embedding.oneOf("projection_cls", "mlp");
        embedding.oneOf("hd_transform_order", "sub_glb");
        ProcessorSettings.requireFlag(embedding, "use_hd_transform", true);
        ProcessorSettings.requireFlag(embedding, "with_learnable_separator", true);
        return clip.sizes().state(processor, "layer_idx", -2);
    }
}
