package dev.embedonce.vlm.family.internvl;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.InternVlModels;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.ImageToken;
import dev.embedonce.vlm.vision.ShuffledInternVit;
import dev.embedonce.vlm.vision.TileProcessing;
import java.util.OptionalLong;

/**
 * {@code model_type} internvl, the layout of transformers, whose processor lays transparency over white, unlike the
 * models' own code. Still pictures; videos are not supported.
 */
// Source: transformers 5.23, models/internvl/modeling_internvl.py, processing_internvl.py
public final class InternVl implements Family {
    @Override
    public String name() {
        return "internvl";
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        ShuffledInternVit tower = ShuffledInternVit.read(files);
        return InternVlModels.open(
                files,
                options,
                name(),
                tower,
                () -> TileProcessing.read(name(), files.imageProcessor(), options.pixels(), tower.side()),
                InternVlModels.CONTEXT,
                OptionalLong.of(ImageToken.id(config, 151_667)),
                config.object("text_config"));
    }
}
