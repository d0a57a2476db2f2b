package dev.embedonce.cli.pictures;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.embedonce.cli.input.ImageInput;
import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.cli.terminal.Messages;
import dev.embedonce.embed.ImageItem;
import dev.embedonce.embed.ImageStream;
import dev.embedonce.image.decode.ExifPolicy;
import dev.embedonce.image.decode.ImageDecoder;
import dev.embedonce.image.hash.ImageHashes;
import dev.embedonce.image.hash.PerceptualHashes;
import dev.embedonce.image.resize.PillowProfile;
import dev.embedonce.store.StoreUrl;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code embedonce phash}. */
@Command(
        name = "phash",
        description = {
            "Print perceptual hashes: 64 bits of how a picture looks, equal to those of Python's imagehash.",
            "As there, pictures are hashed as they are stored: an EXIF orientation does not turn them.",
            "A perceptual hash finds look-alikes; different pictures may share one."
        },
        footer = {"", "Examples:", "  embedonce phash photos/", "  embedonce phash 'photos/*.jpg' --algorithm dhash"})
public final class PhashCommand implements Callable<Integer> {
    /** Which of the hashes is printed. */
    public enum Algorithm {
        PHASH,
        DHASH
    }

    @Parameters(
            arity = "1..*",
            paramLabel = "FILES",
            description =
                    "Folders, files, globs, tables (.parquet or .csv with image bytes or paths), or - for a list of files on standard input.")
    private List<String> inputs = List.of();

    @Option(
            names = "--algorithm",
            paramLabel = "NAME",
            defaultValue = "phash",
            description = "phash or dhash. Default: ${DEFAULT-VALUE}. (--json shows both.)")
    private Algorithm algorithm = Algorithm.PHASH;

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            defaultValue = "pillow-13",
            description = "Pixels as this Pillow gives them: pillow-12 or pillow-13. Default: ${DEFAULT-VALUE}.")
    private String profile = "pillow-13";

    @Option(names = "--max-pixels", paramLabel = "N", description = "Refuse images with more pixels than this.")
    private long maxPixels = ImageDecoder.DEFAULT_MAX_PIXELS;

    @Option(names = "--threads", paramLabel = "N", description = "Images in work at once. Default: all cores.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--column", paramLabel = "NAME", description = "The column of a table that holds the images.")
    private @Nullable String column;

    @Option(
            names = "--max-file-bytes",
            paramLabel = "SIZE",
            defaultValue = "256MB",
            description = "Refuse larger files. Default: ${DEFAULT-VALUE}.")
    private String maxFileBytes = "256MB";

    @Option(names = "--strict", description = "Exit with status 1 if any image could not be hashed.")
    private boolean strict;

    @Option(
            names = "--json",
            description = "Print a JSON list of objects with path, phash, dhash and degenerate on standard output.")
    private boolean json;

    private long failed;
    private long degenerate;

    /** The output line of one picture. */
    private record Line(String path, @Nullable ImageHashes hashes, String reason) {}

    @Override
    public Integer call() throws IOException {
        PictureReader.requireThreads(threads);
        ImageDecoder decoder = new ImageDecoder(ExifPolicy.IGNORE, maxPixels);
        PerceptualHashes hashes = new PerceptualHashes(PillowProfile.ofLabel(profile));
        long maxBytes = StoreUrl.parseBytes("--max-file-bytes", maxFileBytes);
        ImageInput input = ImageInput.of(inputs, column, System.in);
        try (ImageStream images = input.open();
                JsonGenerator out = json ? Console.json() : null) {
            if (out != null) {
                out.writeStartArray();
            }
            InOrder.run(images::next, item -> hash(item, decoder, hashes, maxBytes), threads, line -> print(line, out));
            if (out != null) {
                out.writeEndArray();
            }
        }
        if (degenerate > 0 && algorithm == Algorithm.PHASH) {
            Console.warn(
                    "warning: %,d of these hashes are degenerate: so little structure that rounding decides most bits"
                            + " (--json says which)",
                    degenerate);
        }
        return strict && failed > 0 ? ExitCodes.FOUND_PROBLEMS : ExitCodes.OK;
    }

    private static Line hash(ImageItem item, ImageDecoder decoder, PerceptualHashes hashes, long maxBytes) {
        try {
            return new Line(item.path(), hashes.of(decoder.decode(item.read(maxBytes))), "");
        } catch (IOException | RuntimeException e) {
            return new Line(item.path(), null, Messages.oneLine(e));
        }
    }

    private void print(Line line, @Nullable JsonGenerator out) throws IOException {
        ImageHashes hashes = line.hashes();
        if (hashes == null) {
            failed++;
            Console.warn("not hashed: %s: %s", line.path(), line.reason());
            return;
        }
        degenerate += hashes.degenerate() ? 1 : 0;
        if (out == null) {
            String hex = (algorithm == Algorithm.PHASH ? hashes.phash() : hashes.dhash()).hex();
            System.out.println(hex + "  " + line.path());
            return;
        }
        out.writeStartObject();
        out.writeStringField("path", line.path());
        out.writeStringField("phash", hashes.phash().hex());
        out.writeStringField("dhash", hashes.dhash().hex());
        out.writeBooleanField("degenerate", hashes.degenerate());
        out.writeEndObject();
    }
}
