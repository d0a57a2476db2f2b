package dev.embedonce.encoder.arch;

import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.safetensors.TensorDigester;
import java.util.Optional;

/**
 * What a user may choose about an encoder. All but the digester is part of the fingerprint.
 *
 * @param pooling empty for what suits the architecture: its projection, its pooler, or its class token
 * @param normalize whether vectors are divided by their Euclidean length
 * @param mode how the transformer layers' weights are held
 * @param digester says what the tensors hold
 */
public record BuildOptions(Optional<Pooling> pooling, boolean normalize, NumericMode mode, TensorDigester digester) {

    /** The architecture's own pooling, vectors as they are, float32. */
    public static final BuildOptions DEFAULT =
            new BuildOptions(Optional.empty(), false, NumericMode.FLOAT32, TensorDigester.reading());

    public BuildOptions withPooling(Pooling value) {
        return new BuildOptions(Optional.of(value), normalize, mode, digester);
    }

    public BuildOptions withNormalize(boolean value) {
        return new BuildOptions(pooling, value, mode, digester);
    }

    public BuildOptions withMode(NumericMode value) {
        return new BuildOptions(pooling, normalize, value, digester);
    }

    public BuildOptions withDigester(TensorDigester value) {
        return new BuildOptions(pooling, normalize, mode, value);
    }
}
