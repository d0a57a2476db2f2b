package dev.embedonce.bench.suite;

import dev.embedonce.bench.fixture.DefaultModel;
import dev.embedonce.bench.fixture.Embed;
import dev.embedonce.bench.fixture.Parallel;
import dev.embedonce.bench.fixture.Photos;
import dev.embedonce.bench.fixture.Pictures;
import dev.embedonce.bench.fixture.Workbench;
import dev.embedonce.bench.measure.Contender;
import dev.embedonce.bench.measure.Findings;
import dev.embedonce.bench.measure.Measured;
import dev.embedonce.bench.measure.Result;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.PreparedImage;
import dev.embedonce.image.process.ImageProcessor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code embed} over photos that the cache does not know, beside decoding and encoding alone. */
final class EmbedCold implements Benchmark {
    private static final int WIDTH = 300;
    private static final int HEIGHT = 200;
    private static final int MOST_A_CORE = 1024;
    private static final double LEAST = 0.92;
    private static final String PREPARE = "decode and preprocess alone";
    private static final String ENCODE = "encode alone";
    private static final String PARTS = "both added up";
    private static final String EMBED = "embed, empty cache";

    @Override
    public String name() {
        return "photos";
    }

    @Override
    public Result run(Workbench bench) throws Exception {
        Path folder = bench.emptyFolder(name());
        int cores = Runtime.getRuntime().availableProcessors();
        // A power of two, so that the chunks that the command's threads take are equally many for each.
        int count = cores
                * Math.min(MOST_A_CORE, Integer.highestOneBit(bench.scale().pictures()));
        Pictures photos = Photos.make(count, WIDTH, HEIGHT, bench.seed());
        photos.write(folder.resolve("photos"), "jpg");
        ImageProcessor processor = DefaultModel.processor();
        int[] run = {0};
        Findings findings = new Findings(name(), "The command embed over photos with an empty cache, on all cores")
                .parameter("pictures", count)
                .parameter("pixels", WIDTH + " x " + HEIGHT + ", JPEG")
                .parameter("pictureBytes", photos.meanBytes())
                .parameter("cores", cores)
                .note(
                        "Wall time divided by pictures. Decoding and preprocessing are on all cores, a share of the pictures on"
                                + " each; encoding too, one batch each, as often as that makes as many pictures. The command runs"
                                + " in a Java machine that is warm; opening the model and the store, finding and reading the"
                                + " files, hashing them, digesting what the encoder sees and storing the"
                                + " vectors are in its time and in none of the parts.");
        try (ImageEncoder encoder = DefaultModel.encoder(1);
                Parallel all = new Parallel(cores)) {
            List<List<byte[]>> shares = photos.split(cores);
            List<List<PreparedImage>> ready = oneBatchEach(encoder, shares);
            Measured measured = bench.rounds()
                    .run(List.of(
                            Contender.micros(
                                    PREPARE, count, () -> all.each(shares, share -> share.forEach(processor::process))),
                            Contender.micros(
                                    ENCODE,
                                    count,
                                    () -> all.each(ready, batch -> encode(encoder, batch, count / cores))),
                            Contender.micros(
                                    EMBED,
                                    count,
                                    () -> Embed.run(
                                            folder.resolve("photos"), folder.resolve("cold-" + run[0]++ + ".db")))));
            Measured withSum = measured.withSum(PARTS, PREPARE, ENCODE);
            findings.compare("us a picture", PARTS, withSum)
                    .check(PARTS + " / " + EMBED + ", at least", LEAST, true, withSum.ratios(PARTS, EMBED));
        }
        return findings.result();
    }

    /** One batch for each core, not all pictures: those would fill the heap that the command works in. */
    private static List<List<PreparedImage>> oneBatchEach(ImageEncoder encoder, List<List<byte[]>> shares) {
        return shares.stream()
                .map(share -> share.stream()
                        .limit(encoder.batchSize())
                        .map(encoder::prepare)
                        .toList())
                .toList();
    }

    /** Encodes one batch repeatedly, for as many pictures in all. */
    private static void encode(ImageEncoder encoder, List<PreparedImage> batch, int pictures) {
        for (int done = 0; done < pictures; done += batch.size()) {
            if (encoder.encode(new ArrayList<>(batch)).size() != batch.size()) {
                throw new IllegalStateException("a vector is missing");
            }
        }
    }
}
