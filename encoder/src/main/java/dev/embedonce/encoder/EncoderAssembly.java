package dev.embedonce.encoder;

import dev.embedonce.error.CacheException;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.runtime.Device;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.graph.runtime.SessionOptions;
import dev.embedonce.graph.runtime.TensorSpec;
import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Puts an encoder together around a session that has just been opened, and closes the session if that fails. */
final class EncoderAssembly {
    private static final int TRIAL_SIZE = 224;
    private static final int TRIAL_GREY = 128;

    private EncoderAssembly() {}

    /**
     * A ready ONNX model runs as it is.
     *
     * @throws ModelLoadException if other weights are asked for
     */
    static void requireAsPublished(String model, EncoderOptions options) {
        if (options.numericMode() != NumericMode.FLOAT32) {
            throw new ModelLoadException(model + ": a ready ONNX model runs as it is; "
                    + options.numericMode().id() + " weights are made from safetensors only");
        }
    }

    /**
     * How sessions of encoders run. On a CPU each call stays on its caller's thread and batches are divided among
     * threads outside of the session.
     */
    static SessionOptions sessionOptions(EncoderOptions options) {
        return new SessionOptions(options.device(), 1, options.memory());
    }

    /** Runs {@code rest}, and closes {@code session} if it throws. */
    static <T> T closingOnError(OnnxSession session, Supplier<T> rest) {
        try {
            return rest.get();
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /**
     * An encoder.
     *
     * @param model names the model in errors
     * @param runWide whether the graph is known to have {@link RunWideOperators}
     */
    static ImageEncoder assemble(
            String model,
            OnnxSession session,
            boolean runWide,
            VectorOutput output,
            ImageProcessor processor,
            String modelVersion,
            EncoderOptions options) {
        TensorSpec input = input(model, session);
        int batchSize = batchSize(model, input, options);
        int dimension = tryOut(model, session, input, output, processor);
        boolean cpu = options.device() == Device.CPU;
        int threads = cpu ? options.threads() : 1;
        int picturesARun = cpu || runWide ? 1 : batchSize;
        return new OnnxImageEncoder(
                session, input.name(), output, processor, modelVersion, dimension, batchSize, picturesARun, threads);
    }

    private static TensorSpec input(String model, OnnxSession session) {
        List<TensorSpec> inputs = List.copyOf(session.inputs().values());
        TensorSpec first = inputs.get(0);
        if (inputs.size() != 1
                || first.rank() != 4
                || first.dtype().filter(DType.FLOAT32::equals).isEmpty()) {
            throw new ModelLoadException(
                    model + ": expected one input, float32 [batch, 3, height, width]; its inputs are " + inputs);
        }
        return first;
    }

    private static int batchSize(String model, TensorSpec input, EncoderOptions options) {
        long fixed = input.dims().get(0);
        if (fixed > 1) {
            throw new ModelLoadException(model + ": takes exactly " + fixed
                    + " pictures at once; expected a model with a free batch size or a batch size of 1");
        }
        return fixed == 1 ? 1 : options.batchSize();
    }

    /** Encodes a plain picture: the model and the pixels fit together, and the vector's length is known. */
    private static int tryOut(
            String model, OnnxSession session, TensorSpec input, VectorOutput output, ImageProcessor processor) {
        PreparedImage blank =
                PreparedImage.of(input.name(), processor.process(BlankPicture.png(TRIAL_SIZE, TRIAL_SIZE, TRIAL_GREY)));
        Tensor pixels = blank.pixelValues();
        long[] one = {1, pixels.dim(0), pixels.dim(1), pixels.dim(2)};
        if (!input.accepts(one)) {
            throw new ModelLoadException(
                    model + ": takes " + input + ", but its preprocessor_config.json makes pictures of " + pixels.dim(1)
                            + " rows and " + pixels.dim(2) + " columns");
        }
        try {
            Map<String, Tensor> outputs = session.run(
                    Map.of(input.name(), Tensor.view(DType.FLOAT32, one, pixels.data())), Set.of(output.name()));
            return (int)
                    output.vectors(outputs.values().iterator().next()).get(0).elementCount();
        } catch (CacheException e) {
            throw new ModelLoadException(
                    model + ": cannot encode a plain picture of its own size: " + e.getMessage(), e);
        }
    }
}
