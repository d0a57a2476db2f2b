package dev.embedonce.vlm.family.internvl_chat;

import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.process.ImageNorm;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.chat.MessageContent;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.InternVlModels;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.AddedToken;
import dev.embedonce.vlm.vision.ProcessorSettings;
import dev.embedonce.vlm.vision.RgbPictures;
import dev.embedonce.vlm.vision.ShuffledInternVit;
import dev.embedonce.vlm.vision.TileProcessing;
import dev.embedonce.vlm.vision.TileSearch;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code model_type} internvl_chat, published with code of its own, over Qwen2, Qwen3 or Llama. Pictures are made ready
 * as that code does it: transparency is forgotten, {@code config.json} says how many tiles there are. The code reads no
 * {@code preprocessor_config.json}, whose mean and deviation are published as it has them; here the file counts. It
 * tries grids of equally many tiles in the order of a Python set, which from one tile on gives no picture another grid.
 * Templates are for texts: a picture is a line {@code <image>} there.
 */
// Source: OpenGVLab/InternVL, internvl_chat/internvl/model/internvl_chat/modeling_internvl_chat.py, train/dataset.py,
// conversation.py
public final class InternVlChat implements Family {
    private static final String IMAGE = "<image>";
    private static final RgbPictures.Defaults PIXELS =
            new RgbPictures.Defaults(ResampleFilter.BICUBIC, ImageNorm.IMAGENET, false);
    /** The published code has its own way, whatever settings of CLIP or of GOT-OCR 2 say about these. */
    private static final String[] IGNORED = {
        "feature_extractor_type",
        "do_resize",
        "size",
        "do_center_crop",
        "crop_size",
        "crop_to_patches",
        "min_patches",
        "max_patches"
    };

    private static final List<String> TEXTS = List.of("Qwen2ForCausalLM", "Qwen3ForCausalLM", "LlamaForCausalLM");

    /** The conversation {@code internvl2_5}, with the system message that the models were trained with. */
    private static final String TEMPLATE = "{%- if messages[0]['role'] != 'system' -%}"
            + "{{ '<|im_start|>system\n你是书生·万象，英文名是InternVL，是由上海人工智能实验室、清华大学及多家合作单位"
            + "联合开发的多模态大语言模型。<|im_end|>\n' }}{%- endif -%}"
            + "{%- for message in messages -%}"
            + "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
            + "{%- endfor -%}"
            + "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n' }}{%- endif -%}";

    @Override
    public String name() {
        return "internvl_chat";
    }

    @Override
    public Optional<String> chatTemplate() {
        return Optional.of(TEMPLATE);
    }

    @Override
    public MessageContent messageContent() {
        return MessageContent.joined(image -> IMAGE + "\n");
    }

    @Override
    public FamilyModel open(FamilyFiles files, FamilyOptions options) {
        ModelConfig config = files.config();
        config.requireOnly("use_backbone_lora", 0);
        config.requireOnly("use_llm_lora", 0);
        ModelConfig text = config.object("llm_config");
        if (text.has("architectures") && !TEXTS.containsAll(text.texts("architectures"))) {
            throw text.refused("architectures", String.join(" or ", TEXTS));
        }
        ShuffledInternVit tower = ShuffledInternVit.readOwn(files);
        return InternVlModels.open(
                files,
                options,
                name(),
                tower,
                () -> processor(files, options.pixels(), tower.side()),
                IMAGE,
                files.tensors().isPresent()
                        ? OptionalLong.empty()
                        : OptionalLong.of(AddedToken.id(files.json(), InternVlModels.CONTEXT)),
                text);
    }

    private TileProcessing processor(FamilyFiles files, PixelOptions options, int side) {
        ModelConfig config = files.config();
        if (config.flag("pad2square", false)) {
            throw config.refused("pad2square", "false");
        }
        config.requireOnly("min_dynamic_patch", 1);
        int most = config.flag("dynamic_image_size", false) ? config.positive("max_dynamic_patch", 6) : 1;
        ModelConfig settings = files.imageProcessor();
        AlphaPolicy alpha = options.alpha() == null ? AlphaPolicy.DROP : options.alpha();
        RgbPictures pictures = RgbPictures.read(settings, options.withAlpha(alpha), PIXELS);
        ProcessorSettings.refuseOthers(settings, IGNORED);
        return TileProcessing.of(
                name(), pictures, TileSearch.ordered(side, 1, most), config.flag("use_thumbnail", false));
    }
}
