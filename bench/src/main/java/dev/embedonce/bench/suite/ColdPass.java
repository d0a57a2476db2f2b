package dev.embedonce.bench.suite;

import dev.embedonce.bench.fixture.FixedCost;
import dev.embedonce.bench.fixture.Photos;
import dev.embedonce.bench.fixture.Pictures;
import dev.embedonce.bench.fixture.Workbench;
import dev.embedonce.bench.measure.Contender;
import dev.embedonce.bench.measure.Findings;
import dev.embedonce.bench.measure.Measured;
import dev.embedonce.bench.measure.Result;
import dev.embedonce.cache.FeatureCache;
import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.Prepared;
import dev.embedonce.store.Stores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The cost of an empty cache: hashing, look-ups that miss, input digests, storing. */
final class ColdPass implements Benchmark {
    private static final double MOST = 1.03;
    private static final long FIXED_MICROS = 10_000;
    private static final int MOST_PICTURES = 32;

    @Override
    public String name() {
        return "cold";
    }

    @Override
    public Result run(Workbench bench) throws Exception {
        Path folder = bench.emptyFolder(name());
        Pictures photos = Photos.make(Math.min(MOST_PICTURES, bench.scale().pictures()), 300, 200, bench.seed());
        Findings findings = new Findings(name(), "Encoding with an empty cache in front, and without one")
                .parameter("pictures", photos.count())
                .parameter("pixels", "300 x 200, JPEG")
                .parameter("fixedMicros", FIXED_MICROS);
        compare(bench, findings, new FixedCost(FIXED_MICROS), "fixed cost", photos, folder);
        try (ImageEncoder encoder = ImageEncoders.open(ImageEncoders.DEFAULT, EncoderOptions.defaults())) {
            compare(bench, findings, encoder, "default encoder", photos, folder);
        }
        return findings.result();
    }

    private static <P extends Prepared> void compare(
            Workbench bench, Findings findings, FeatureEncoder<P> encoder, String what, Pictures photos, Path folder)
            throws Exception {
        String alone = what + ", no cache";
        String cached = what + ", empty cache";
        int[] run = {0};
        Measured measured = bench.rounds()
                .run(List.of(
                        Contender.micros(alone, photos.count(), () -> encode(encoder, photos.bytes())),
                        new Contender(cached, () -> {
                            String url = "sqlite:" + folder.resolve(what.replace(' ', '-') + run[0]++ + ".db");
                            try (FeatureCache cache =
                                    FeatureCache.over(Stores.open(url)).build()) {
                                long start = System.nanoTime();
                                cache.getOrComputeAll(photos.bytes(), encoder);
                                double micros = (System.nanoTime() - start) / 1e3 / photos.count();
                                if (cache.stats().encoded() != photos.count()) {
                                    throw new IllegalStateException("the cache was not empty: " + cache.stats());
                                }
                                return micros;
                            }
                        })));
        findings.compare("us a picture", alone, measured);
        findings.atMostTimes(MOST, measured, cached, alone);
    }

    private static <P extends Prepared> void encode(FeatureEncoder<P> encoder, List<byte[]> pictures) {
        List<P> batch = new ArrayList<>();
        int vectors = 0;
        for (byte[] picture : pictures) {
            batch.add(encoder.prepare(picture));
            if (batch.size() == encoder.batchSize()) {
                vectors += encoder.encode(batch).size();
                batch.clear();
            }
        }
        if (!batch.isEmpty()) {
            vectors += encoder.encode(batch).size();
        }
        if (vectors != pictures.size()) {
            throw new IllegalStateException("a vector is missing");
        }
    }
}
