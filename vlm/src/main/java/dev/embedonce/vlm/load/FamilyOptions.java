package dev.embedonce.vlm.load;

import dev.embedonce.graph.blocks.LinearWeights;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.runtime.SessionOptions;
import dev.embedonce.graph.runtime.WeightMemory;
import dev.embedonce.graph.safetensors.TensorDigester;
import dev.embedonce.image.process.PixelOptions;

/**
 * How to open a model of a family.
 *
 * @param towerMode how the linear layers of the vision tower are held; part of its fingerprint
 * @param languageMode how those of the language model are held
 * @param linearWeights how their weights get into the graphs
 * @param session how the graphs run
 * @param pixels what the processor's configuration leaves open
 * @param digester says what the tensors hold
 */
public record FamilyOptions(
        NumericMode towerMode,
        NumericMode languageMode,
        LinearWeights linearWeights,
        SessionOptions session,
        PixelOptions pixels,
        TensorDigester digester) {

    /** How a graph of a numeric mode runs: quantised products exist for repacked weights only. */
    public SessionOptions session(NumericMode mode) {
        return mode == NumericMode.FLOAT32 ? session : session.withMemory(WeightMemory.FAST);
    }
}
