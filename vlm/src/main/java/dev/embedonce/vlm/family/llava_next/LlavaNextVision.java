package dev.embedonce.vlm.family.llava_next;

import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.vision.PackedTiles;
import dev.embedonce.vlm.vision.ProjectedClip;
import dev.embedonce.vlm.vision.TowerBuilder;
import dev.embedonce.vlm.vision.TowerLayouts;
import dev.embedonce.vlm.vision.VisionTower;

/** CLIP and a projector for every tile, packed. */
// Source: transformers 5.23, models/llava_next/modeling_llava_next.py, LlavaNextModel.get_image_features
final class LlavaNextVision {
    private static final int REVISION = 1;

    private LlavaNextVision() {}

    static VisionTower open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        ProjectedClip tower = ProjectedClip.read(config);
        if (tower.classToken()) {
            throw config.refused("vision_feature_select_strategy", "default (a class token stands in no row)");
        }
        TowerBuilder builder = new TowerBuilder(
                "llava_next.vision",
                REVISION,
                config,
                files,
                options,
                TowerLayouts.LLAVA,
                ProjectedClip.probes().toArray(String[]::new));
        return new PackedTiles(tower.clip().imageSize(), tower.clip().patchSize(), tower.hidden())
                .open(builder, tiles -> tower.apply(builder, tiles));
    }
}
