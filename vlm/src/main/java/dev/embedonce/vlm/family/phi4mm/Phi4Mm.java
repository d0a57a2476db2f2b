package dev.embedonce.vlm.family.phi4mm;

import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.vlm.chat.MessageContent;
import dev.embedonce.vlm.decoder.LanguageLayouts;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Phi4Models;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.AddedToken;
import dev.embedonce.vlm.prompt.Phi4Prompts;
import dev.embedonce.vlm.vision.Phi4Processing;
import dev.embedonce.vlm.vision.Phi4Vision;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * {@code model_type} phi4mm, published with code of its own; the fields of the text are at the top of the config. All
 * tokens of a conversation with pictures run with the LoRA for them, those of one without run without. That for speech
 * is passed over. (mlx-vlm merges the one for pictures into the weights of all conversations, and leaves out the
 * separators.)
 */
// Source: microsoft/Phi-4-multimodal-instruct, configuration_phi4mm.py, modeling_phi4mm.py, processing_phi4mm.py, as
// public projects carry them
public final class Phi4Mm implements Family {
    private static final String IMAGE = "<|endoftext10|>";
    private static final Pattern PLACES = Pattern.compile("<\\|image_[0-9]+\\|>");
    /** The weights that a LoRA is for have a module of their own. */
    private static final List<NameLayout> LANGUAGE = List.of(
            LanguageLayouts.under("model.", "").then(name -> name.replace("_proj.weight", "_proj.base_layer.weight")));

    @Override
    public String name() {
        return "phi4mm";
    }

    @Override
    public MessageContent messageContent() {
        return MessageContent.joined(image -> "<|image_" + image + "|>");
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        Phi4Vision tower = Phi4Vision.readOwn(files);
        return Phi4Models.open(
                files,
                options,
                name(),
                tower,
                () -> Phi4Processing.readOwn(name(), files.imageProcessor(), options.pixels(), tower),
                new Phi4Prompts(
                        PLACES,
                        IMAGE,
                        files.tensors().isPresent()
                                ? OptionalLong.empty()
                                : OptionalLong.of(AddedToken.id(files.json(), IMAGE))),
                files.config().has("vision_lora") ? LANGUAGE : LanguageLayouts.QWEN2);
    }
}
