package dev.embedonce.vlm.family.pixtral;

import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.LlavaProjector;
import dev.embedonce.vlm.vision.ProjectedPixtral;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.VisionTower;

/** Pixtral's tower and a projector, patch by patch. */
// Source: transformers 5.23, models/llava/modeling_llava.py, LlavaModel.get_image_features
final class PixtralTower {
    private static final int REVISION = 1;

    private PixtralTower() {}

    static VisionTower open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        ProjectedPixtral tower = ProjectedPixtral.read(config, LlavaProjector.Missing.LLAVA);
        LlavaProjector.requireAllTokens(config);
        TowerBuilder builder = new TowerBuilder(
                "pixtral.vision",
                REVISION,
                config,
                files,
                options,
                ProjectedPixtral.LAYOUTS,
                "vision_tower.patch_conv.weight",
                "multi_modal_projector.linear_1.weight");
        return tower.open(
                builder,
                grid -> builder.ops().reshape(grid.tokens(), -1, tower.pixtral().channels()));
    }
}
