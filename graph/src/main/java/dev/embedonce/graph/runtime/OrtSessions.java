package dev.embedonce.graph.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import dev.embedonce.error.ModelLoadException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes sessions: the process's one runtime environment, session settings, and errors in our words. */
final class OrtSessions {
    private static final Pattern UNKNOWN_OPERATOR =
            Pattern.compile("(\\S+?)\\(-?\\d+\\) is not a registered function/op");

    /**
     * CPU and GPU share model versions, so a GPU must not round more than a CPU: TF32, which the runtime uses unless
     * told otherwise, keeps 10 bits of each factor of a float32 product.
     */
    static final Map<String, String> CUDA_OPTIONS = Map.of("use_tf32", "0");

    interface Opener {
        OrtSession open(OrtEnvironment environment, OrtSession.SessionOptions options) throws OrtException;
    }

    /**
     * Loads the native library at first use. What it would log is in its exceptions too, so only fatal errors are
     * logged.
     */
    private static final class Holder {
        static final OrtEnvironment ENVIRONMENT = silent();

        private static OrtEnvironment silent() {
            OrtEnvironment environment =
                    OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "embedonce");
            try {
                environment.setTelemetry(false);
                return environment;
            } catch (OrtException e) {
                throw new IllegalStateException("the runtime's usage reports cannot be turned off", e);
            }
        }
    }

    private OrtSessions() {}

    static OrtEnvironment environment() {
        return Holder.ENVIRONMENT;
    }

    static String runtime(Device device) {
        return "onnxruntime " + environment().getVersion() + " " + device;
    }

    static OnnxSession create(String name, SessionOptions options, @Nullable Path externalFolder, Opener opener) {
        OrtEnvironment environment = loadEnvironment();
        try (OrtSession.SessionOptions settings = new OrtSession.SessionOptions()) {
            settings.setIntraOpNumThreads(options.threads());
            settings.setInterOpNumThreads(1);
            settings.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
            settings.setDeterministicCompute(true);
            // Only ONNX: the runtime would otherwise also accept its own format, which nobody has checked.
            settings.addConfigEntry("session.load_model_format", "ONNX");
            // Between runs the threads leave the cores to others, such as the session that runs next.
            settings.addConfigEntry("session.force_spinning_stop", "1");
            if (options.memory() == WeightMemory.MAP) {
                settings.addConfigEntry("session.disable_prepacking", "1");
                // 16-bit weights are widened as they are used, not once and for all into a second copy of twice the
                // size.
                settings.addConfigEntry("optimization.constant_folding_max_output_size_in_bytes", "1048576");
            }
            if (externalFolder != null) {
                settings.addConfigEntry(
                        "session.model_external_initializers_file_folder_path", externalFolder.toString());
            }
            if (options.device() == Device.CUDA) {
                addCuda(settings);
            }
            return OnnxSession.of(name, opener.open(environment, settings), options);
        } catch (OrtException e) {
            throw isOfCuda(options, e) ? noCuda(e) : new ModelLoadException(name + ": " + reason(e), e);
        }
    }

    private static boolean isOfCuda(SessionOptions options, OrtException e) {
        String message = String.valueOf(e.getMessage());
        return options.device() == Device.CUDA
                && (message.contains("CUDA failure") || message.contains("CUDNN failure"));
    }

    private static ModelLoadException noCuda(OrtException e) {
        return new ModelLoadException(
                "device cuda: no usable NVIDIA GPU, driver, CUDA or cuDNN library on this machine ("
                        + String.valueOf(e.getMessage()).replaceAll("\\s+", " ") + "); choose device cpu",
                e);
    }

    private static OrtEnvironment loadEnvironment() {
        try {
            return environment();
        } catch (LinkageError | IllegalStateException e) {
            throw new ModelLoadException(
                    "ONNX Runtime's native library cannot be loaded on this machine: " + root(e), e);
        }
    }

    private static void addCuda(OrtSession.SessionOptions settings) {
        if (!OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
            throw new ModelLoadException("device cuda: this installation has ONNX Runtime for the CPU only; put"
                    + " com.microsoft.onnxruntime:onnxruntime_gpu:"
                    + environment().getVersion()
                    + " in place of the artifact onnxruntime, or choose device cpu");
        }
        try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions()) {
            for (Map.Entry<String, String> option : CUDA_OPTIONS.entrySet()) {
                cuda.add(option.getKey(), option.getValue());
            }
            settings.addCUDA(cuda);
        } catch (OrtException e) {
            throw noCuda(e);
        }
    }

    private static String reason(OrtException e) {
        String message = String.valueOf(e.getMessage());
        Matcher operator = UNKNOWN_OPERATOR.matcher(message);
        if (operator.find()) {
            return "uses the operator " + operator.group(1) + ", which ONNX Runtime "
                    + environment().getVersion() + " does not have (custom operators are not supported)";
        }
        return "ONNX Runtime cannot load it: " + message.replaceAll("\\s+", " ");
    }

    private static String root(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
