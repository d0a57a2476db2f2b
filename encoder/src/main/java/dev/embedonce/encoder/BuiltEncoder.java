package dev.embedonce.encoder;

import dev.embedonce.encoder.VectorOutput.Reduction;
import dev.embedonce.encoder.arch.Architectures;
import dev.embedonce.encoder.arch.BuildOptions;
import dev.embedonce.encoder.arch.BuiltModel;
import dev.embedonce.encoder.arch.Modality;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.image.process.HfImageProcessors;
import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.model.FileDigests;
import dev.embedonce.model.ModelFiles;
import java.nio.file.Path;

/** Opens encoders from published checkpoints: {@code config.json}, {@code preprocessor_config.json} and safetensors. */
final class BuiltEncoder {
    private BuiltEncoder() {}

    /**
     * Builds the picture side of the model in a folder.
     *
     * @throws dev.embedonce.error.ModelLoadException naming the file and field that does not fit
     */
    static ImageEncoder open(Path folder, EncoderOptions options) {
        ImageProcessor processor = HfImageProcessors.read(folder, options.pixels());
        QuantizedSpeed.warnIfSlow(options);
        try (FileDigests digests = new FileDigests(options.cacheFolder(), options.rehash())) {
            BuildOptions build = new BuildOptions(
                    options.pooling(),
                    options.normalize(),
                    options.numericMode(),
                    tensor -> digests.sha256(tensor.file(), tensor.offset(), tensor.length()));
            BuiltModel model = Architectures.build(ModelFiles.open(folder), Modality.IMAGE, build);
            OnnxSession session =
                    OnnxSession.open(folder.toString(), model.graph(), EncoderAssembly.sessionOptions(options));
            return EncoderAssembly.closingOnError(session, () -> {
                digests.requireUnchanged();
                VectorOutput output = new VectorOutput(model.output(), Reduction.NONE, false);
                return EncoderAssembly.assemble(
                        folder.toString(), session, false, output, processor, model.fingerprint(), options);
            });
        }
    }
}
