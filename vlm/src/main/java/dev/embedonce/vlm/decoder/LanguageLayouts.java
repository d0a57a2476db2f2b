package dev.embedonce.vlm.decoder;

import dev.embedonce.graph.blocks.NameLayout;
import java.util.List;

/**
 * Where checkpoints keep the tensors of their language model, which are called {@code layers.0...} and {@code
 * lm_head.weight} here.
 */
public final class LanguageLayouts {
    private static final NameLayout OLD_LLAVA = under("language_model.model.", "language_model.");
    private static final NameLayout TRANSFORMERS_5 = under("model.language_model.", "");

    /** LLaVA and what is like it: as published, and as transformers 5 has the modules. */
    public static final List<NameLayout> LLAVA = List.of(OLD_LLAVA, TRANSFORMERS_5);

    /** As {@link #LLAVA}, or as published with an LM head beside the language model. */
    public static final List<NameLayout> LLAVA_OR_HEAD_BESIDE =
            List.of(OLD_LLAVA, under("language_model.model.", ""), TRANSFORMERS_5);

    /** Qwen2-VL and what is like it: as published, and as transformers 5 has the modules. */
    public static final List<NameLayout> QWEN2 = List.of(under("model.", ""), TRANSFORMERS_5);

    /** Published as transformers 5 has the modules. */
    public static final List<NameLayout> LANGUAGE_MODEL = List.of(TRANSFORMERS_5);

    private LanguageLayouts() {}

    /**
     * Tensors under a prefix, and the LM head under another.
     *
     * @param model before {@code layers.0...}
     * @param head before {@code lm_head}
     */
    public static NameLayout under(String model, String head) {
        return name -> (name.startsWith("lm_head") ? head : model) + name;
    }
}
