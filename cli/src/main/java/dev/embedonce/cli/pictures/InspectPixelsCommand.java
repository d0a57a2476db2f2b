package dev.embedonce.cli.pictures;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.embedonce.cli.output.OutputFile;
import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.cli.terminal.Messages;
import dev.embedonce.image.decode.ImageDecoder;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.process.PixelValues;
import dev.embedonce.image.resize.PillowProfile;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code embedonce inspect pixels}. */
@Command(
        name = "pixels",
        description = {
            "Write the exact tensor that a model's encoder is given for a picture: float32 [3, height, width], RGB.",
            "Only the model's JSON files are read, so its folder may hold nothing else."
        },
        footer = {"", "Example:", "  embedonce inspect pixels photo.jpg --model models/dinov2-small --out pixels.npy"})
final class InspectPixelsCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The picture.")
    private Path file = Path.of("");

    @Option(
            names = {"-m", "--model"},
            paramLabel = "MODEL",
            defaultValue = "default",
            description =
                    "'default', a folder with config.json and preprocessor_config.json, or organisation/name on the hub. Default: ${DEFAULT-VALUE}.")
    private String model = "default";

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            defaultValue = "pillow-13",
            description = "Pixels as this Pillow gives them: pillow-12 or pillow-13. Default: ${DEFAULT-VALUE}.")
    private String profile = "pillow-13";

    @Option(names = "--max-pixels", paramLabel = "N", description = "Refuse images with more pixels than this.")
    private long maxPixels = ImageDecoder.DEFAULT_MAX_PIXELS;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            required = true,
            description = "Write the tensor to FILE, which numpy.load reads: .npy.")
    private Path out = Path.of("");

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    /** Statistics of a tensor. */
    private record Range(float min, float max, double mean) {
        static Range of(FloatBuffer values) {
            float min = Float.POSITIVE_INFINITY;
            float max = Float.NEGATIVE_INFINITY;
            double sum = 0;
            for (int i = 0; i < values.limit(); i++) {
                float value = values.get(i);
                min = Math.min(min, value);
                max = Math.max(max, value);
                sum += value;
            }
            return new Range(min, max, sum / values.limit());
        }
    }

    @Override
    public Integer call() throws IOException {
        OutputFile.check(out, "--out", ".npy");
        PixelOptions options = PixelOptions.defaults()
                .withProfile(PillowProfile.ofLabel(profile))
                .withMaxPixels(maxPixels);
        ImageProcessor processor = ModelPixels.of(model, options);
        PixelValues pixels = process(processor);
        OutputFile.write(out, temporary -> Npy.write(temporary, pixels.data(), pixels.shape()));
        Range range = Range.of(pixels.data());
        if (json) {
            printJson(processor, pixels, range);
        } else {
            Console.print("preprocessing version: %s", processor.preprocVersion());
            Console.print("picture:               %d x %d", pixels.originalWidth(), pixels.originalHeight());
            Console.print("tensor:                float32 [3, %d, %d], RGB", pixels.height(), pixels.width());
            Console.print("values:                %s to %s, mean %.6f", range.min(), range.max(), range.mean());
            Console.print("written to %s", out);
        }
        return ExitCodes.OK;
    }

    private PixelValues process(ImageProcessor processor) {
        try {
            return processor.process(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new CliException("cannot read " + file + ": " + Messages.oneLine(e));
        } catch (ImageException e) {
            throw new CliException(file + ": " + Messages.oneLine(e));
        }
    }

    private void printJson(ImageProcessor processor, PixelValues pixels, Range range) throws IOException {
        try (JsonGenerator object = Console.json()) {
            object.writeStartObject();
            object.writeStringField("file", file.toString());
            object.writeStringField("preprocVersion", processor.preprocVersion());
            object.writeStringField("dtype", "float32");
            object.writeArrayFieldStart("shape");
            for (long dim : pixels.shape()) {
                object.writeNumber(dim);
            }
            object.writeEndArray();
            object.writeNumberField("originalWidth", pixels.originalWidth());
            object.writeNumberField("originalHeight", pixels.originalHeight());
            object.writeNumberField("min", range.min());
            object.writeNumberField("max", range.max());
            object.writeNumberField("mean", range.mean());
            object.writeStringField("out", out.toString());
            object.writeEndObject();
        }
    }
}
