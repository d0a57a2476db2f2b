package dev.embedonce.cli.vlm;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.cli.terminal.DownloadProgress;
import dev.embedonce.demo.DemoModel;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.runtime.Device;
import dev.embedonce.graph.runtime.WeightMemory;
import dev.embedonce.hub.Hub;
import dev.embedonce.hub.HubSettings;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.model.UserFolders;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.ChatModelFiles;
import dev.embedonce.vlm.ModelOptions;
import dev.embedonce.vlm.TensorModel;
import dev.embedonce.vlm.VisionLanguageModel;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How vision-language models run: options that commands share. */
public final class ChatRuntimeOptions {
    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            defaultValue = "float32",
            description =
                    "How the language model's weights are held: float32 (as published), int8 or int4. Default: ${DEFAULT-VALUE}.")
    private NumericMode dtype = NumericMode.FLOAT32;

    @Option(
            names = "--tower-dtype",
            paramLabel = "TYPE",
            defaultValue = "float32",
            description =
                    "The same for the vision tower; part of what its features are kept under. Default: ${DEFAULT-VALUE}.")
    private NumericMode towerDtype = NumericMode.FLOAT32;

    @Option(
            names = "--memory",
            paramLabel = "HOW",
            description = {
                "Weights repacked for speed (fast) or left in the mapped file (map).",
                "Default: fast if float32 weights take no more than half of the machine's memory."
            })
    private @Nullable WeightMemory memory;

    @Option(
            names = {"-t", "--threads"},
            paramLabel = "N",
            description = "Threads. Default: all cores.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "cpu or cuda. Default: ${DEFAULT-VALUE}.")
    private String device = "cpu";

    @Option(names = "--rehash", description = "Digest model files anew instead of trusting remembered digests.")
    private boolean rehash;

    @Option(names = "--image-limit", paramLabel = "N", description = "Refuse images with more pixels than this.")
    private @Nullable Long imageLimit;

    /** Loads a model: the bundled demo, a folder or a name on the hub; the caller closes it, and the cache after it. */
    public VisionLanguageModel load(String model, @Nullable FeatureCache cache) {
        ModelOptions.Builder options = options();
        if (cache != null) {
            options.featureCache(cache);
        }
        return VisionLanguageModel.load(folder(model), options.build());
    }

    /** Loads a model for the tensors of a request, from its config and weights alone; the caller closes it. */
    TensorModel loadForTensors(String model, Map<String, Tensor> tensors) {
        return TensorModel.load(folder(model), tensors, options().build());
    }

    private ModelOptions.Builder options() {
        ModelOptions.Builder options = ModelOptions.builder()
                .device(Device.ofName(device))
                .threads(threads)
                .languageMode(dtype)
                .towerMode(towerDtype)
                .rehash(rehash)
                .pixels(pixels());
        if (memory != null) {
            options.memory(memory);
        }
        return options;
    }

    private static Path folder(String model) {
        return model.equals(DemoModel.NAME)
                ? DemoModel.unpack(UserFolders.cache())
                : new Hub(HubSettings.fromEnvironment(), new DownloadProgress()).find(model, new ChatModelFiles());
    }

    private PixelOptions pixels() {
        PixelOptions pixels = PixelOptions.defaults();
        return imageLimit == null ? pixels : pixels.withMaxPixels(imageLimit);
    }
}
