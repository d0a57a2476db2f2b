package dev.embedonce.vlm.vision;

import dev.embedonce.graph.blocks.NameLayout;
import java.util.List;

/** Where checkpoints keep the tensors of their towers and projectors. */
public final class TowerLayouts {
    private static final NameLayout VISION_MODEL = NameLayout.replacing("vision_tower.", "vision_tower.vision_model.");

    /**
     * The tower of CLIP or SigLIP in LLaVA and what is like it, {@code vision_tower.embeddings..} here: as published,
     * as transformers 5 saves, and as its modules are called; canonical is the second.
     */
    public static final List<NameLayout> LLAVA = List.of(
            VISION_MODEL,
            NameLayout.canonical(),
            NameLayout.prefixed("model."),
            VISION_MODEL.then(name -> "model." + name));

    private TowerLayouts() {}
}
