package dev.embedonce.vlm;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.florence2.Florence2;
import dev.embedonce.vlm.family.gemma3.Gemma3;
import dev.embedonce.vlm.family.idefics3.Idefics3;
import dev.embedonce.vlm.family.llava.Llava;
import dev.embedonce.vlm.family.llava_next.LlavaNext;
import dev.embedonce.vlm.family.mistral3.Mistral3;
import dev.embedonce.vlm.family.mllama.Mllama;
import dev.embedonce.vlm.family.qwen2_5_vl.Qwen25Vl;
import dev.embedonce.vlm.family.qwen2_vl.Qwen2Vl;
import dev.embedonce.vlm.family.qwen3_vl.Qwen3Vl;
import dev.embedonce.vlm.family.smolvlm.SmolVlm;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The families there are. */
public final class Families {
    private static final List<Family> ALL = List.of(
            new Florence2(),
            new Gemma3(),
            new Idefics3(),
            new Llava(),
            new LlavaNext(),
            new Mistral3(),
            new Mllama(),
            new Qwen25Vl(),
            new Qwen2Vl(),
            new Qwen3Vl(),
            new SmolVlm());

    private Families() {}

    /** The supported values of {@code model_type}. */
    public static List<String> modelTypes() {
        return ALL.stream().map(Family::modelType).sorted().toList();
    }

    /** Whether a {@code model_type} is supported. */
    public static boolean has(String modelType) {
        return modelTypes().contains(modelType);
    }

    /**
     * Opens a model of any family.
     *
     * @throws ModelLoadException if its {@code model_type} is not supported; the message lists those that are
     */
    public static FamilyModel open(FamilyFiles files, FamilyOptions options) {
        return of(files.directory()).open(files, options);
    }

    /**
     * The family of the model in a folder.
     *
     * @throws ModelLoadException if its {@code model_type} is not supported; the message lists those that are
     */
    public static Family of(Path directory) {
        String modelType = ModelConfig.read(directory).text("model_type");
        return ALL.stream()
                .filter(family -> family.modelType().equals(modelType))
                .findFirst()
                .orElseThrow(() -> new ModelLoadException(directory + ": model_type \"" + modelType
                        + "\" is not a supported vision-language model; supported: "
                        + modelTypes().stream().collect(Collectors.joining(", "))));
    }
}
