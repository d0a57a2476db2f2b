package dev.embedonce.vlm;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.cache.UncachedFeatures;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.FeatureProvider;
import dev.embedonce.feature.Outcome;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.PackedWeights;
import dev.embedonce.graph.runtime.SessionOptions;
import dev.embedonce.graph.runtime.WeightMemory;
import dev.embedonce.model.FileDigests;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.LanguageModel;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.TensorEncoder;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A vision-language model for what a processor has made ready already: tensors of pictures and token ids. It needs
 * {@code config.json} and the safetensors alone, so that anyone with a reference implementation can compare the
 * mathematics. Thread-safe. Whoever loads it closes it.
 */
public final class TensorModel implements AutoCloseable {
    private final FamilyModel model;

    private TensorModel(FamilyModel model) {
        this.model = model;
    }

    /**
     * Loads a model from {@code config.json} and the safetensors of a folder, whatever else is there.
     *
     * @param tensors of the request, by the names of transformers' processor; where a config does not say how large
     *     pictures are, these do
     * @throws ModelLoadException naming the file and what in it does not fit; nothing stays open then
     */
    public static TensorModel load(Path folder, Map<String, Tensor> tensors, ModelOptions options) {
        return open(FamilyFiles.forTensors(folder, tensors), options);
    }

    /** Opens a model of any family, and what its graphs need. */
    static TensorModel open(FamilyFiles files, ModelOptions options) {
        WeightMemory memory = options.memory().orElseGet(() -> MemoryChoice.of(files, options.languageMode()));
        // Kept by the tower, which is opened later and asks again; what is new is written when this is closed.
        try (FileDigests digests = new FileDigests(options.cacheFolder(), options.rehash())) {
            PackedWeights packed = new PackedWeights(
                    options.cacheFolder().resolve("quantised-weights"),
                    options.packedBytes(),
                    tensor -> digests.sha256(tensor.file(), tensor.offset(), tensor.length()),
                    memory == WeightMemory.MAP);
            FamilyModel model = Families.open(
                    files,
                    new FamilyOptions(
                            options.towerMode(),
                            options.languageMode(),
                            packed,
                            new SessionOptions(options.device(), options.threads(), memory),
                            options.pixels(),
                            tensor -> digests.sha256(tensor.file(), tensor.offset(), tensor.length())));
            try {
                digests.requireUnchanged();
                if (options.languageMode() != NumericMode.FLOAT32 || options.towerMode() != NumericMode.FLOAT32) {
                    packed.trim();
                }
                return new TensorModel(model);
            } catch (RuntimeException e) {
                model.close();
                throw e;
            }
        }
    }

    FamilyModel model() {
        return model;
    }

    /**
     * The features of pictures that transformers' processor has preprocessed, through a cache; null for none.
     *
     * @param tensors by the processor's names, such as {@code pixel_values}; those of the text are passed over
     * @throws IllegalArgumentException if they are not what the model's processor gives
     */
    public List<ImageReport> encodeTensors(Map<String, Tensor> tensors, @Nullable FeatureCache cache) {
        List<byte[]> packed =
                model.images().split(tensors).stream().map(TensorEncoder::pack).toList();
        return packed.isEmpty() ? List.of() : encode(packed, new TensorEncoder(model.tower()), cache);
    }

    /** The features of pictures through a cache; null for none. */
    static List<ImageReport> encode(
            List<byte[]> images, FeatureEncoder<ProcessedImage> encoder, @Nullable FeatureCache cache) {
        FeatureProvider provider = cache == null ? new UncachedFeatures() : cache;
        long start = System.nanoTime();
        List<Outcome> outcomes = provider.getOrComputeAll(images, encoder);
        ReportTimes times = ReportTimes.of(outcomes, System.nanoTime() - start);
        List<ImageReport> reports = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            if (!(outcomes.get(i) instanceof Outcome.Served served)) {
                throw new BadImageException(i, ((Outcome.Failed) outcomes.get(i)).error());
            }
            reports.add(new ImageReport(
                    new VisionFeatures(served.entry().tensors()),
                    served.contentHash(),
                    served.source(),
                    times.of(served)));
        }
        return reports;
    }

    /** The language model's input for token ids whose placeholders are expanded already. */
    public Prompt prompt(long[] ids, List<VisionFeatures> features) {
        return model.prompts().assemble(ids, features);
    }

    /** Prefill and decoding alone. */
    public LanguageModel language() {
        return model.language();
    }

    /** The vision tower's fingerprint. */
    public String visionVersion() {
        return model.tower().modelVersion();
    }

    @Override
    public void close() {
        model.close();
    }
}
