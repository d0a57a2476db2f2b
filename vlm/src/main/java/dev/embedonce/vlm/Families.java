package dev.embedonce.vlm;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.JsonFiles;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.aya_vision.AyaVision;
import dev.embedonce.vlm.family.deepseek_vl_v2.DeepseekVlV2;
import dev.embedonce.vlm.family.dots_ocr.DotsOcr;
import dev.embedonce.vlm.family.ernie4_5_moe_vl.Ernie45MoeVl;
import dev.embedonce.vlm.family.florence2.Florence2;
import dev.embedonce.vlm.family.gemma3.Gemma3;
import dev.embedonce.vlm.family.gemma4.Gemma4;
import dev.embedonce.vlm.family.glm4v.Glm4v;
import dev.embedonce.vlm.family.glm4v_moe.Glm4vMoe;
import dev.embedonce.vlm.family.glm_ocr.GlmOcr;
import dev.embedonce.vlm.family.granite_vision.GraniteVision;
import dev.embedonce.vlm.family.idefics2.Idefics2;
import dev.embedonce.vlm.family.idefics3.Idefics3;
import dev.embedonce.vlm.family.internvl.InternVl;
import dev.embedonce.vlm.family.internvl_chat.InternVlChat;
import dev.embedonce.vlm.family.kimi_vl.KimiVl;
import dev.embedonce.vlm.family.lfm2_vl.Lfm2Vl;
import dev.embedonce.vlm.family.llava.Llava;
import dev.embedonce.vlm.family.llava_bunny.LlavaBunny;
import dev.embedonce.vlm.family.llava_next.LlavaNext;
import dev.embedonce.vlm.family.mistral3.Mistral3;
import dev.embedonce.vlm.family.mllama.Mllama;
import dev.embedonce.vlm.family.multi_modality.MultiModality;
import dev.embedonce.vlm.family.paddleocr_vl.PaddleOcrVl;
import dev.embedonce.vlm.family.paligemma.PaliGemma;
import dev.embedonce.vlm.family.phi3_v.Phi3V;
import dev.embedonce.vlm.family.phi4_multimodal.Phi4Multimodal;
import dev.embedonce.vlm.family.phi4mm.Phi4Mm;
import dev.embedonce.vlm.family.pixtral.Pixtral;
import dev.embedonce.vlm.family.qwen2_5_vl.Qwen25Vl;
import dev.embedonce.vlm.family.qwen2_vl.Qwen2Vl;
import dev.embedonce.vlm.family.qwen3_5.Qwen35;
import dev.embedonce.vlm.family.qwen3_omni_moe.Qwen3OmniMoe;
import dev.embedonce.vlm.family.qwen3_vl.Qwen3Vl;
import dev.embedonce.vlm.family.qwen3_vl_moe.Qwen3VlMoe;
import dev.embedonce.vlm.family.smolvlm.SmolVlm;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The families there are. */
public final class Families {
    private static final List<Family> ALL = List.of(
            new AyaVision(),
            new DeepseekVlV2(),
            new DotsOcr(),
            new Ernie45MoeVl(),
            new Florence2(),
            new Gemma3(),
            new Gemma4(),
            new Glm4v(),
            new Glm4vMoe(),
            new GlmOcr(),
            new GraniteVision(),
            new Idefics2(),
            new Idefics3(),
            new InternVl(),
            new InternVlChat(),
            new KimiVl(),
            new Lfm2Vl(),
            new Llava(),
            new LlavaBunny(),
            new LlavaNext(),
            new Mistral3(),
            new Mllama(),
            new MultiModality(),
            new PaddleOcrVl(),
            new PaliGemma(),
            new Phi3V(),
            new Phi4Multimodal(),
            new Phi4Mm(),
            new Pixtral(),
            new Qwen25Vl(),
            new Qwen2Vl(),
            new Qwen35(),
            new Qwen3OmniMoe(),
            new Qwen3Vl(),
            new Qwen3VlMoe(),
            new SmolVlm());

    private Families() {}

    /** All families, by name. */
    public static List<Family> all() {
        return ALL;
    }

    /** Whether models of a {@code model_type} are supported, of one family or another. */
    public static boolean has(String modelType) {
        return ALL.stream().anyMatch(family -> family.modelTypes().contains(modelType));
    }

    /**
     * Opens a model of any family.
     *
     * @throws ModelLoadException as {@link #of}, and as {@link Family#open}
     */
    public static FamilyModel open(FamilyFiles files, FamilyOptions options) {
        return of(files.json()).open(files, options);
    }

    /**
     * The family of a model.
     *
     * @throws ModelLoadException if no family opens it, or more than one would; the message lists those that there are
     */
    public static Family of(JsonFiles files) {
        return of(files.required("config.json"), ALL);
    }

    static Family of(ModelConfig config, List<Family> families) {
        String modelType = config.text("model_type");
        List<Family> published = families.stream()
                .filter(family -> family.modelTypes().contains(modelType))
                .toList();
        if (published.isEmpty()) {
            throw new ModelLoadException(config.file() + ": model_type \"" + modelType
                    + "\" is not a supported vision-language model; supported: "
                    + families.stream()
                            .flatMap(family -> family.modelTypes().stream())
                            .distinct()
                            .sorted()
                            .collect(Collectors.joining(", ")));
        }
        List<Family> opening =
                published.stream().filter(family -> family.opens(config)).toList();
        if (opening.size() == 1) {
            return opening.get(0);
        }
        throw new ModelLoadException(config.file() + ": model_type \"" + modelType + "\" "
                + (opening.isEmpty()
                        ? "is not supported with these parts (" + parts(config) + "); families of that name: "
                        : "with these parts (" + parts(config) + ") is claimed by several families: ")
                + (opening.isEmpty() ? published : opening)
                        .stream().map(Family::name).collect(Collectors.joining(", ")));
    }

    private static String parts(ModelConfig config) {
        return Stream.of("vision_config", "text_config")
                .map(part -> part + ".model_type " + config.optionalObject(part).text("model_type", "not given"))
                .collect(Collectors.joining(", "));
    }
}
