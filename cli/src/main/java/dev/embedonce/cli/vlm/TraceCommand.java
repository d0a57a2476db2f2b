package dev.embedonce.cli.vlm;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.TensorModel;
import dev.embedonce.vlm.VisionLanguageModel;
import dev.embedonce.vlm.trace.TensorFile;
import dev.embedonce.vlm.trace.Trace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code embedonce vlm trace}. */
@Command(
        name = "trace",
        description = {
            "Write what a model computes for one request as tensors, to compare with a reference implementation:",
            "features, logits of the prompt, greedy tokens. Input is what transformers' processor gives, or pictures and a prompt.",
            "With --inputs, config.json and the safetensors are all that is read of the model."
        },
        footer = {
            "",
            "Examples:",
            "  embedonce vlm trace --model M --inputs in.safetensors --max-tokens 16 --out out.safetensors",
            "  embedonce vlm trace --model M --image a.png --prompt \"What is this?\" --cache files:features --out out.safetensors"
        })
final class TraceCommand implements Callable<Integer> {
    @Mixin
    private ChatModelOptions model = new ChatModelOptions();

    @Mixin
    private PixelSettings pixels = new PixelSettings();

    @Option(
            names = "--inputs",
            paramLabel = "FILE",
            description =
                    "Tensors by the processor's names: input_ids [batch, tokens], attention_mask, pixel_values, image_grid_thw, ...")
    private @Nullable Path inputs;

    @Option(
            names = {"-i", "--image"},
            paramLabel = "FILE",
            description = "A picture; may be given several times.")
    private List<Path> images = new ArrayList<>();

    @Option(
            names = {"-p", "--prompt"},
            paramLabel = "TEXT",
            description = "The question about the pictures.")
    private @Nullable String prompt;

    @Option(
            names = {"-n", "--max-tokens"},
            paramLabel = "N",
            defaultValue = "16",
            description = "Greedy tokens to write. Default: ${DEFAULT-VALUE}.")
    private int maxTokens = 16;

    @Option(names = "--all-logits", description = "Logits at every token of the prompt, not only the last.")
    private boolean allLogits;

    @Option(
            names = "--cache",
            paramLabel = "URL",
            description = "Keep features there, and take them from there. Default: no cache.")
    private @Nullable String cacheUrl;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            required = true,
            description = "Write the tensors to FILE: .safetensors.")
    private Path out = Path.of("");

    @Override
    public Integer call() throws IOException {
        if ((inputs == null) == (prompt == null)) {
            throw new CliException("give either --inputs, or --prompt with any number of --image");
        }
        if (!out.toString().endsWith(".safetensors")) {
            throw new CliException("--out: expected a name that ends in .safetensors; found " + out);
        }
        try (FeatureCache cache = cacheUrl == null ? null : FeatureCaches.open(cacheUrl)) {
            Trace.Options options = new Trace.Options(maxTokens, allLogits, cache);
            if (inputs != null) {
                traceTensors(TensorFile.read(inputs), options);
            } else {
                tracePictures(Objects.requireNonNull(prompt), options);
            }
            return ExitCodes.OK;
        }
    }

    private void traceTensors(Map<String, Tensor> tensors, Trace.Options options) throws IOException {
        try (TensorModel loaded = model.loadForTensors(tensors)) {
            write(Trace.ofTensors(loaded, tensors, options), loaded.visionVersion());
        }
    }

    private void tracePictures(String question, Trace.Options options) throws IOException {
        List<byte[]> pictures = new ArrayList<>();
        for (Path image : images) {
            pictures.add(Files.readAllBytes(image));
        }
        try (VisionLanguageModel loaded = model.load(options.cache())) {
            write(Trace.ofImages(loaded, pictures, question, pixels.settings(), options), loaded.visionVersion());
        }
    }

    private void write(Trace trace, String visionVersion) throws IOException {
        TensorFile.write(out, trace.tensors(), Map.of("vision_version", visionVersion));
        ImageLines.print(images, trace.images());
        trace.tensors()
                .forEach((name, tensor) ->
                        System.out.println(name + " " + tensor.dtype() + " " + Arrays.toString(tensor.shape())));
    }
}
