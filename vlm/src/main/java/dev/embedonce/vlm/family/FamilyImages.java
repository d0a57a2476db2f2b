package dev.embedonce.vlm.family;

import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.GivenTensors;
import dev.embedonce.vlm.vision.ImageProcessing;
import dev.embedonce.vlm.vision.TensorSplitter;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What makes pictures ready, and what the tower must know about it.
 *
 * @param <G> such as the size of tiles
 */
public record FamilyImages<G>(ImageProcessing processing, G geometry) {
    /**
     * What makes pictures ready.
     *
     * @param processor reads the model's processor
     * @param splitter stands for it if the files are opened for tensors
     */
    public static ImageProcessing of(
            FamilyFiles files, Supplier<? extends ImageProcessing> processor, TensorSplitter splitter) {
        return files.tensors().isPresent() ? new GivenTensors(splitter) : processor.get();
    }

    /**
     * What makes pictures ready, for towers that must know more about it.
     *
     * @param processor reads the model's processor
     * @param geometry what that says to the tower
     * @param splitter stands for the processor if the files are opened for tensors
     * @param own what the config says instead then
     */
    public static <P extends ImageProcessing, G> FamilyImages<G> of(
            FamilyFiles files,
            Supplier<P> processor,
            Function<P, G> geometry,
            Function<G, TensorSplitter> splitter,
            Supplier<G> own) {
        if (files.tensors().isPresent()) {
            G given = own.get();
            return new FamilyImages<>(new GivenTensors(splitter.apply(given)), given);
        }
        P read = processor.get();
        return new FamilyImages<>(read, geometry.apply(read));
    }
}
