package dev.embedonce.cli.vlm;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.TensorModel;
import dev.embedonce.vlm.VisionLanguageModel;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which vision-language model, and how it runs: options that commands share. */
final class ChatModelOptions {
    @Option(
            names = {"-m", "--model"},
            paramLabel = "MODEL",
            required = true,
            description =
                    "'demo' (bundled: coloured shapes on drawn pictures), a folder with a vision-language model's Hugging Face files, or organisation/name on the hub.")
    private String model = "";

    @Mixin
    private ChatRuntimeOptions runtime = new ChatRuntimeOptions();

    /** Loads the model; the caller closes it, and the cache after it. */
    VisionLanguageModel load(@Nullable FeatureCache cache) {
        return runtime.load(model, cache);
    }

    /** Loads a model for the tensors of a request, from its config and weights alone; the caller closes it. */
    TensorModel loadForTensors(Map<String, Tensor> tensors) {
        return runtime.loadForTensors(model, tensors);
    }
}
