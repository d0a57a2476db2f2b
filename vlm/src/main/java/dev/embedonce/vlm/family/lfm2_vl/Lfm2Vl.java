package dev.embedonce.vlm.family.lfm2_vl;

import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.LanguageLayouts;
import dev.embedonce.vlm.decoder.TextDecoder;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.text.TextModels;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyImages;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.lfm2_vl.Lfm2VlPictures.Geometry;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.ImageToken;
import java.util.List;

/** {@code model_type} lfm2_vl, lfm2-vl in older files. Language models with experts ({@code lfm2_moe}) are refused. */
// Source: transformers 5.23, models/lfm2_vl/modeling_lfm2_vl.py, processing_lfm2_vl.py
public final class Lfm2Vl implements Family {
    private static final List<NameLayout> LANGUAGE = List.of(NameLayout.replacing(
                    ".self_attn.o_proj.", ".self_attn.out_proj.",
                    ".q_norm.", ".q_layernorm.",
                    ".k_norm.", ".k_layernorm.",
                    ".mlp.gate_proj.", ".feed_forward.w1.",
                    ".mlp.up_proj.", ".feed_forward.w3.",
                    ".mlp.down_proj.", ".feed_forward.w2.")
            .then(name -> name.startsWith("norm.") ? "embedding_" + name : name)
            .then(LanguageLayouts.under("model.language_model.", "")::nameOf));

    @Override
    public String name() {
        return "lfm2_vl";
    }

    @Override
    public List<String> modelTypes() {
        return List.of(name(), "lfm2-vl");
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        TextModel text = TextModels.readOf(config);
        int imageTokenId = ImageToken.id(config, 396);
        Geometry geometry = Geometry.read(config);
        return FamilyModel.open(
                FamilyImages.of(
                        files,
                        () -> Lfm2VlProcessor.read(files.imageProcessor(), options.pixels(), geometry),
                        geometry::pictures),
                Lfm2VlTower.open(files, options),
                Lfm2VlPrompts.read(files, imageTokenId),
                () -> TextDecoder.open(files, options, LANGUAGE, text));
    }
}
