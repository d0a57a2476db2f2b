package dev.embedonce.bench.suite;

import dev.embedonce.bench.fixture.DefaultModel;
import dev.embedonce.bench.fixture.Photos;
import dev.embedonce.bench.fixture.Pictures;
import dev.embedonce.bench.fixture.PythonPeers;
import dev.embedonce.bench.fixture.Workbench;
import dev.embedonce.bench.measure.Contender;
import dev.embedonce.bench.measure.Findings;
import dev.embedonce.bench.measure.Measured;
import dev.embedonce.bench.measure.Result;
import dev.embedonce.image.process.ImageProcessor;
import java.util.ArrayList;
import java.util.List;

/** From JPEG bytes to what the default encoder reads, on one thread, beside Pillow. */
final class Preprocess implements Benchmark {
    /**
     * A size of photo, how many make a round (enough for the JIT to be done before rounds count), and how long one may
     * take.
     */
    private record Case(int width, int height, int pictures, double mostMicros) {
        String pixels() {
            return width + " x " + height;
        }
    }

    private static final List<Case> CASES = List.of(new Case(300, 200, 128, 1_300), new Case(1_600, 1_200, 8, 14_000));

    @Override
    public String name() {
        return "preprocess";
    }

    @Override
    public Result run(Workbench bench) throws Exception {
        ImageProcessor processor = DefaultModel.processor();
        Findings findings = new Findings(name(), "From JPEG bytes to the default encoder's pixels, on one thread")
                .note(
                        "Decode, resize to 256 at the shorter edge, bicubic, crop to 224 x 224, normalise. Pillow decodes,"
                                + " resizes and crops; numpy normalises. Both give the same pixels.");
        try (PythonPeers python = PythonPeers.start(bench.python(), bench.emptyFolder(name()))) {
            findings.parameter("pillow", python.describe(PythonPeers.PILLOW));
            for (Case one : CASES) {
                int count = Math.min(one.pictures(), bench.scale().pictures());
                Pictures photos = Photos.make(count, one.width(), one.height(), bench.seed());
                findings.parameter("pictures " + one.pixels(), count)
                        .parameter("pictureBytes " + one.pixels(), photos.meanBytes());
                String ours = one.pixels();
                List<Contender> contenders = new ArrayList<>();
                contenders.add(
                        Contender.micros(ours, count, () -> photos.bytes().forEach(processor::process)));
                if (python.has(PythonPeers.PILLOW)) {
                    contenders.add(python.preprocess(
                            ours + ", Pillow",
                            photos,
                            processor.process(photos.bytes().get(0)).data()));
                }
                Measured measured = bench.rounds().run(contenders);
                findings.compare("us a picture", ours, measured)
                        .check(ours + ", us, at most", one.mostMicros(), false, measured.of(ours));
            }
        }
        return findings.result();
    }
}
