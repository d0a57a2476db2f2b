package dev.embedonce.encoder.text;

import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.encoder.QuantizedSpeed;
import dev.embedonce.encoder.arch.Architectures;
import dev.embedonce.encoder.arch.BuildOptions;
import dev.embedonce.encoder.arch.BuiltModel;
import dev.embedonce.encoder.arch.EncoderArchitecture;
import dev.embedonce.encoder.arch.Modality;
import dev.embedonce.encoder.arch.Pooling;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.runtime.Device;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.graph.runtime.SessionOptions;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.image.process.HfImageProcessors;
import dev.embedonce.model.FileDigests;
import dev.embedonce.model.ModelFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Opens the text sides of published models: CLIP, SigLIP and SigLIP 2, from safetensors and a tokenizer. */
public final class TextEncoders {
    private TextEncoders() {}

    /**
     * Opens the text side of the model called {@code model}: a model folder, or {@code organisation/name[@revision]} on
     * the hub. The options are the same as for its pictures; those about pixels do not count. Without a pooling it is
     * the one by which texts and pictures are compared.
     *
     * @throws ModelLoadException if there is no such model, it has no text side, or it cannot be made ready; one line
     *     that names file and reason
     */
    public static TextEncoder open(String model, EncoderOptions options) {
        if (model.equals(ImageEncoders.DEFAULT)) {
            throw new ModelLoadException("the bundled default encoder has no text side; choose a CLIP or SigLIP model");
        }
        return open(ImageEncoders.folderWithTokenizer(model, options), options);
    }

    /**
     * Opens the text side of the model in a folder.
     *
     * @throws ModelLoadException as for a name
     */
    public static TextEncoder open(Path folder, EncoderOptions options) {
        if (!Files.isDirectory(folder)) {
            throw new ModelLoadException(folder + ": the text side of a model is opened from its folder");
        }
        if (!Checkpoint.isPresent(folder)) {
            throw new ModelLoadException(
                    folder + ": no text side found; looked for model.safetensors and model.safetensors.index.json");
        }
        ModelFiles files = ModelFiles.open(folder);
        QuantizedSpeed.warnIfSlow(options);
        EncoderArchitecture architecture = Architectures.of(files.config());
        try (FileDigests digests = new FileDigests(options.cacheFolder(), options.rehash())) {
            BuildOptions build = new BuildOptions(
                    options.pooling(),
                    options.normalize(),
                    options.numericMode(),
                    tensor -> digests.sha256(tensor.file(), tensor.offset(), tensor.length()));
            BuiltModel text = Architectures.build(files, Modality.TEXT, build);
            Optional<String> images = imageModelVersion(files, architecture, text, build);
            TextTokenizer tokenizer = TextTokenizer.open(files, text.extent(), options.cacheFolder());
            return closingOnError(tokenizer, () -> {
                OnnxSession session = OnnxSession.open(
                        folder.toString(), text.graph(), new SessionOptions(options.device(), 1, options.memory()));
                return closingOnError(session, () -> {
                    digests.requireUnchanged();
                    return new TextEncoder(
                            session,
                            text.input(),
                            text.output(),
                            tokenizer,
                            text.fingerprint(),
                            images,
                            text.dimension(),
                            options.batchSize(),
                            options.device() == Device.CPU ? options.threads() : 1);
                });
            });
        }
    }

    /**
     * The {@link dev.embedonce.encoder.ImageEncoder#preprocVersion} that pictures of a model have, whether or not it is
     * open.
     *
     * @throws ModelLoadException if the model is not there, or has no settings for pictures
     */
    public static String imagePreprocVersion(String model, EncoderOptions options) {
        return HfImageProcessors.read(ImageEncoders.folderWithTokenizer(model, options), options.pixels())
                .preprocVersion();
    }

    /**
     * The version of the pictures that share the texts' space. That a model's two sides do is known of CLIP's
     * projections and of SigLIP's poolers; a ready ONNX file, which a folder's pictures then come from, says nothing
     * about texts.
     */
    private static Optional<String> imageModelVersion(
            ModelFiles files, EncoderArchitecture architecture, BuiltModel text, BuildOptions build) {
        boolean clip = text.architecture().startsWith("clip");
        if (!architecture.modalities().contains(Modality.IMAGE)
                || text.pooling() != (clip ? Pooling.PROJECTION : Pooling.POOLER)
                || ImageEncoders.readyOnnx(files.directory()).isPresent()) {
            return Optional.empty();
        }
        BuiltModel images = Architectures.build(files, Modality.IMAGE, build);
        return images.pooling() == text.pooling() && images.dimension() == text.dimension()
                ? Optional.of(images.fingerprint())
                : Optional.empty();
    }

    private interface Opening {
        TextEncoder run();
    }

    private static TextEncoder closingOnError(AutoCloseable opened, Opening rest) {
        try {
            return rest.run();
        } catch (RuntimeException e) {
            try {
                opened.close();
            } catch (Exception suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }
}
