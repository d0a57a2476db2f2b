package dev.embedonce.vlm.vision;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.PartlyShown;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.SiglipVision;
import dev.embedonce.model.tower.TransformerSizes;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Phi-4-multimodal's tower: SigLIP over tiles, means of squares of four patches, learned separators, a projector of two
 * layers. Padding fills the last column or the last row of tiles in part. Patches that it fills are not attended to,
 * and the others of such a tile have the positions that they would have if they filled it.
 *
 * @param config of which is on record what was read
 * @param state which hidden state of the tower, 0 for what goes into its first layer
 */
// Source: microsoft/Phi-4-multimodal-instruct, modeling_phi4mm.py, Phi4MMImageEmbedding; transformers 5.23,
// models/phi4_multimodal/modeling_phi4_multimodal.py, Phi4MultimodalImageEmbedding
public record Phi4Vision(ModelConfig config, SiglipVision siglip, int state) {
    private static final int REVISION = 1;
    private static final int MERGE = 2;
    private static final String IMAGES = "embed_tokens_extend.image_embed";
    private static final String PATH = IMAGES + ".img_processor";
    private static final SiglipVision SO400M =
            new SiglipVision(new TransformerSizes(1152, 27, 16, 4304, Activation.GELU_TANH, 1e-6), 448, 14);

    private static final NameLayout OWN = NameLayout.prefixed("model.");
    /** As the models' own code names tensors, and as transformers does. */
    private static final List<NameLayout> LAYOUTS = List.of(
            OWN,
            OWN.then(name -> name.replace(".img_projection.0.", ".img_projection_up.")
                    .replace(".img_projection.2.", ".img_projection_down.")
                    .replace(".glb_GN", ".global_img_feature_extensor")
                    .replace(".sub_GN", ".sub_img_feature_extensor")));

    /** int64 {@code [tiles]}: those that no padding is in. */
    private static final String WHOLE = "whole_tiles";
    /** int64 {@code [tiles]}: the others; the last tile if there are none. */
    private static final String EDGE = "edge_tiles";
    /** int64 {@code [whole tiles, patches]}: the learned position of each patch. */
    private static final String WHOLE_PLACES = "whole_positions";
    /** int64 {@code [edge tiles, patches]}, likewise. */
    private static final String EDGE_PLACES = "edge_positions";
    /** int64 {@code [edge tiles, shown patches]}: those that are attended to. */
    private static final String SHOWN = "edge_patches";

    /**
     * Reads a config of the models' own code, which fixes SigLIP-So400m/14 at 448; a {@code vision_config} may say
     * another.
     *
     * @throws dev.embedonce.error.ModelLoadException if a field is not supported
     */
    public static Phi4Vision readOwn(FamilyFiles files) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        ModelConfig embedding = config.object("embd_layer").object("image_embd_layer");
        embedding.oneOf("embedding_cls", "tune_image");
        embedding.oneOf("projection_cls", "mlp");
        embedding.oneOf("hd_transform_order", "sub_glb");
        embedding.oneOf("image_token_compression_cls", "avg_pool_2d");
        ProcessorSettings.requireFlag(embedding, "use_hd_transform", true);
        ProcessorSettings.requireFlag(embedding, "with_learnable_separator", true);
        ModelConfig processor = config.optionalObject("img_processor");
        processor.oneOf("type_feature", "patch");
        SiglipVision siglip = siglip(config.optionalObject("vision_config"), embedding);
        return new Phi4Vision(config, siglip, siglip.sizes().state(processor, "layer_idx", -2));
    }

    /**
     * Reads a config of transformers.
     *
     * @throws dev.embedonce.error.ModelLoadException if a field is not supported
     */
    public static Phi4Vision read(FamilyFiles files) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        ModelConfig vision = config.object("vision_config");
        vision.oneOf("model_type", "phi4_multimodal_vision");
        SiglipVision siglip = siglip(vision, vision);
        return new Phi4Vision(config, siglip, siglip.sizes().state(vision, "feature_layer", -2));
    }

    private static SiglipVision siglip(ModelConfig vision, ModelConfig crops) {
        SiglipVision siglip = SiglipVision.read(vision, SO400M);
        crops.requireOnly("crop_size", siglip.imageSize());
        if (siglip.side() % MERGE != 0 || siglip.side() * siglip.patchSize() != siglip.imageSize()) {
            throw vision.refused("image_size", "an even number of patches a side");
        }
        return siglip;
    }

    /** Pixels a side of a patch. */
    public int patchSize() {
        return siglip.patchSize();
    }

    /** How features are ordered. */
    public SeparatedTiles tiles() {
        return new SeparatedTiles(siglip.imageSize(), siglip.side() / MERGE);
    }

    /**
     * Opens the tower.
     *
     * @param family whose it is
     * @param hidden channels of the language model
     */
    public VisionTower open(String family, FamilyFiles files, FamilyOptions options, int hidden) {
        TowerBuilder builder = new TowerBuilder(
                family + ".vision",
                REVISION,
                config,
                files,
                options,
                LAYOUTS,
                PATH + ".embeddings.patch_embedding.weight",
                IMAGES + ".img_projection.0.weight");
        Ops ops = builder.ops();
        Scope root = builder.root().at(IMAGES);
        int channels = siglip.channels();
        int patches = siglip.side() * siglip.side();
        TileInput input = new TileInput(ops, siglip.imageSize());
        Value whole = input.chosen(index(ops, WHOLE, "whole"));
        Value edge = input.chosen(index(ops, EDGE, "edge"));
        Value counts = ops.concat(0, ops.dim(whole, 0), ops.dim(edge, 0));
        Value places = ops.concat(
                0,
                perTile(ops, WHOLE_PLACES, "whole", Dim.of(patches)),
                perTile(ops, EDGE_PLACES, "edge", Dim.of(patches)));
        PartlyShown shown = new PartlyShown(counts, perTile(ops, SHOWN, "edge", Dim.free("shown")));
        Value states = siglip.state(builder, PATH, ops.concat(0, whole, edge), places, shown, state);
        List<Value> means = ops.split(means(ops, states), 0, 2, counts);
        Value all = ops.concat(1, input.together(means.get(0), channels), input.together(means.get(1), channels));
        Value ordered = tiles().ordered(root, input, all, channels);
        TokenShape tokens = TokenShape.of(ops, ordered);
        Value projected = Mlp.plain(
                Linear.of(root.at("img_projection.0"), channels, hidden, true),
                Activation.GELU,
                Linear.of(root.at("img_projection.2"), hidden, hidden, true),
                tokens.flat(ordered, channels));
        builder.output(VisionFeatures.FEATURES, tokens.batched(projected), hidden);
        return builder.open(this::feeds);
    }

    private static Value index(Ops ops, String name, String axis) {
        return ops.graph().input(name, TensorType.I64, Dim.free("batch"), Dim.free(axis));
    }

    /** An input that tiles have each of their own: int64 {@code [batch * tiles, count]}. */
    private static Value perTile(Ops ops, String name, String axis, Dim count) {
        Value all = ops.graph().input(name, TensorType.I64, Dim.free("batch"), Dim.free(axis), count);
        return ops.reshape(all, ops.concat(0, ops.graph().constant(-1), ops.dim(all, 2)));
    }

    /** The mean of each square of patches: float32 {@code [tiles, tokens, tokens, channels]}. */
    private Value means(Ops ops, Value patches) {
        long squares = siglip.side() / MERGE;
        Value split = ops.reshape(patches, -1, squares, MERGE, squares, MERGE, siglip.channels());
        return ops.mean(split, false, 2, 4);
    }

    private Map<String, Tensor> feeds(ProcessedImage image) {
        PaddedTiles padded = PaddedTiles.of(image, siglip.side());
        long[] whole = padded.whole();
        long[] edge = padded.edge();
        Map<String, Tensor> feeds = tiles().feeds(
                        image,
                        LongStream.concat(LongStream.of(whole), LongStream.of(edge))
                                .toArray());
        feeds.put(WHOLE, Tensor.ofLongs(whole, whole.length));
        feeds.put(EDGE, Tensor.ofLongs(edge, edge.length));
        feeds.put(
                WHOLE_PLACES,
                repeated(
                        LongStream.range(0, (long) siglip.side() * siglip.side())
                                .toArray(),
                        whole.length));
        feeds.put(EDGE_PLACES, repeated(padded.places(), edge.length));
        feeds.put(SHOWN, repeated(padded.shown(), edge.length));
        return feeds;
    }

    private static Tensor repeated(long[] row, int rows) {
        long[] all = IntStream.range(0, rows * row.length)
                .mapToLong(i -> row[i % row.length])
                .toArray();
        return Tensor.ofLongs(all, rows, row.length);
    }
}
