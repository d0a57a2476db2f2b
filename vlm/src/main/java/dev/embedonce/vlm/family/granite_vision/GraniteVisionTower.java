package dev.embedonce.vlm.family.granite_vision;

import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.SiglipVision;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.LlavaProjector;
import dev.embedonce.vlm.vision.PackedTiles;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.TowerLayouts;
import dev.embedonce.vlm.vision.VisionTower;
import java.util.List;

/**
 * Hidden states of several SigLIP layers, concatenated by channel, and a projector for every tile, packed. The last
 * state is the one before the final norm, as transformers 4.50 and 5.23 have it.
 */
// Source: transformers 5.23, models/llava_next/modeling_llava_next.py, LlavaNextModel.get_image_features
final class GraniteVisionTower {
    private static final int REVISION = 1;

    private GraniteVisionTower() {}

    static VisionTower open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        SiglipVision siglip = SiglipVision.read(config.object("vision_config"));
        LlavaProjector projector = LlavaProjector.read(config, siglip.sizes().layers(), LlavaProjector.Missing.LLAVA);
        LlavaProjector.requireAllTokens(config);
        TowerBuilder builder = new TowerBuilder(
                "granite_vision.vision",
                REVISION,
                config,
                files,
                options,
                TowerLayouts.LLAVA,
                "vision_tower.embeddings.patch_embedding.weight",
                "multi_modal_projector.linear_1.weight");
        return new PackedTiles(siglip.imageSize(), siglip.patchSize(), projector.hidden()).open(builder, tiles -> {
            List<Value> states = siglip.hiddenStates(builder, "vision_tower", tiles, projector.states());
            Value x = LlavaProjector.sideBySide(builder.ops(), states);
            return projector.applyToPictures(builder, x, siglip.channels() * states.size());
        });
    }
}
