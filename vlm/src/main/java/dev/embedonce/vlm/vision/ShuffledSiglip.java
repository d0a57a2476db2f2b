package dev.embedonce.vlm.vision;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.SiglipVision;
import dev.embedonce.model.tower.TransformerSizes;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import java.util.List;

/**
 * SigLIP over square tiles; pixel shuffle makes one token of a square of them, which a linear layer brings to
 * the language model's channels. Tiles of another size than the position table's take the positions at the same
 * fraction of a side; equal sizes take each its own, whatever float32 makes of the fractions in the reference (nothing,
 * for published sizes; transformers 4.57 was off for tables of 27).
 */
// Source: transformers 5.23, models/idefics3/modeling_idefics3.py, Idefics3VisionTransformer, Idefics3Connector
public final class ShuffledSiglip {
    private static final int REVISION = 1;
    private static final String PATH = "vision_model";
    private static final SiglipVision DEFAULTS =
            new SiglipVision(new TransformerSizes(1152, 12, 16, 3072, Activation.GELU_TANH, 1e-6), 224, 32);

    private ShuffledSiglip() {}

    /**
     * Opens the tower.
     *
     * @param name in the fingerprint, such as {@code idefics3.vision}
     * @param side of a tile in pixels
     */
    public static VisionTower open(String name, FamilyFiles files, FamilyOptions options, int side) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        SiglipVision siglip = SiglipVision.read(config.object("vision_config"), DEFAULTS);
        int scale = config.positive("scale_factor", 2);
        int hidden = config.object("text_config").positive("hidden_size", 4096);
        int rows = side / siglip.patchSize();
        if (side % siglip.patchSize() != 0 || rows % scale != 0) {
            throw config.refused("scale_factor", "a divisor of the " + rows + " patches a side of a tile");
        }
        TowerBuilder builder = new TowerBuilder(
                name,
                REVISION,
                config,
                files,
                options,
                List.of(NameLayout.prefixed("model.")),
                "vision_model.post_layernorm.weight");
        Ops ops = builder.ops();
        TileInput input = new TileInput(ops, side);
        Value tokens = siglip.apply(builder, PATH, input.tiles(), positions(builder, siglip, rows));
        int channels = siglip.channels() * scale * scale;
        Linear projection = Linear.of(builder.root().at("connector.modality_projection.proj"), channels, hidden, false);
        Value projected = projection.apply(PixelShuffle.apply(ops, tokens, rows, scale, siglip.channels()));
        builder.output(VisionFeatures.FEATURES, input.together(projected, hidden), hidden);
        return builder.open(ProcessedImage::inputs);
    }

    private static Value positions(TowerBuilder builder, SiglipVision siglip, int rows) {
        Value table = siglip.positions(builder, PATH);
        int side = siglip.side();
        if (rows == side) {
            return table;
        }
        long[] ids = new long[rows * rows];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (long) (i / rows * side / rows) * side + i % rows * side / rows;
        }
        return builder.ops().gather(table, builder.ops().graph().constant(ids), 0);
    }
}
