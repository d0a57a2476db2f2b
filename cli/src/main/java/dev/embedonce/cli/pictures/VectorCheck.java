package dev.embedonce.cli.pictures;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.cli.options.ModelOptions;
import dev.embedonce.cli.options.StoreOptions;
import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.cli.terminal.Messages;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.feature.CacheStats;
import dev.embedonce.feature.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compares the vectors of candidate pairs. Vectors come from the cache: what was embedded before is only looked up, the
 * rest is encoded once and kept. Not thread-safe; it uses threads of its own.
 */
final class VectorCheck implements AutoCloseable {
    /** Pairs whose vectors are in memory at once. */
    private static final int BLOCK = 1024;

    private final ImageEncoder encoder;
    private final FeatureCache cache;
    private final double threshold;
    private final int threads;
    private final int batch;
    private final long maxFileBytes;

    /** A vector, or why there is none. */
    private sealed interface Answer {
        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Vector(float[] values) implements Answer {}

        record Missing(String reason) implements Answer {}
    }

    private record Numbered(int number, Answer answer) {}

    /** Opens model and store. */
    VectorCheck(ModelOptions model, StoreOptions store, double threshold, int threads, int batch, long maxFileBytes) {
        this.encoder = model.open(batch, 1);
        try {
            this.cache = store.cache(store.open(), 0);
        } catch (RuntimeException | Error e) {
            encoder.close();
            throw e;
        }
        this.threshold = threshold;
        this.threads = threads;
        this.batch = batch;
        this.maxFileBytes = maxFileBytes;
    }

    /**
     * The threshold in the value of {@code --verify}, such as {@code cosine>=0.98}.
     *
     * @throws CliException if it has another form
     */
    static double threshold(String text) {
        String number = text.replaceAll("\\s", "").replaceFirst("^cosine>=", "");
        try {
            double threshold = Double.parseDouble(number);
            if (text.strip().startsWith("cosine") && threshold >= -1 && threshold <= 1) {
                return threshold;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new CliException(
                "--verify is 'cosine>=NUMBER' with a number from -1 to 1, or none; found '" + text + "'");
    }

    String modelVersion() {
        return encoder.modelVersion();
    }

    String preprocVersion() {
        return encoder.preprocVersion();
    }

    String store() {
        return cache.store().description();
    }

    CacheStats stats() {
        return cache.stats();
    }

    /** The pairs, in order, each with a cosine and a verdict, or the reason why it could not be compared. */
    List<Pair> check(List<Pair> pairs, List<HashedPicture> pictures) throws IOException {
        List<Pair> checked = new ArrayList<>(pairs.size());
        Map<Integer, Answer> answers = new HashMap<>();
        try (Console.Progress progress = new Console.Progress("comparing pairs")) {
            for (int from = 0; from < pairs.size(); from += BLOCK) {
                List<Pair> block = pairs.subList(from, Math.min(from + BLOCK, pairs.size()));
                TreeSet<Integer> wanted = new TreeSet<>();
                block.forEach(pair -> {
                    wanted.add(pair.first());
                    wanted.add(pair.second());
                });
                answers.keySet().retainAll(wanted);
                wanted.removeAll(answers.keySet());
                fetch(wanted, pictures, answers);
                for (Pair pair : block) {
                    checked.add(compare(pair, answers));
                    progress.step();
                }
            }
        }
        return checked;
    }

    private Pair compare(Pair pair, Map<Integer, Answer> answers) {
        Answer first = answers.get(pair.first());
        Answer second = answers.get(pair.second());
        if (first instanceof Answer.Vector a && second instanceof Answer.Vector b) {
            double cosine = Cosine.of(a.values(), b.values());
            return Double.isNaN(cosine)
                    ? pair.notCompared("a vector has no direction")
                    : pair.compared(cosine, threshold);
        }
        return pair.notCompared(
                first instanceof Answer.Missing missing
                        ? missing.reason()
                        : second instanceof Answer.Missing other ? other.reason() : "no vector");
    }

    private void fetch(Collection<Integer> wanted, List<HashedPicture> pictures, Map<Integer, Answer> answers)
            throws IOException {
        Iterator<Integer> rest = wanted.iterator();
        InOrder.run(
                () -> nextChunk(rest),
                chunk -> vectors(chunk, pictures),
                threads,
                chunk -> chunk.forEach(numbered -> answers.put(numbered.number(), numbered.answer())));
    }

    private @Nullable List<Integer> nextChunk(Iterator<Integer> rest) {
        List<Integer> chunk = new ArrayList<>(batch);
        while (rest.hasNext() && chunk.size() < batch) {
            chunk.add(rest.next());
        }
        return chunk.isEmpty() ? null : chunk;
    }

    private List<Numbered> vectors(List<Integer> numbers, List<HashedPicture> pictures) {
        List<Numbered> answers = new ArrayList<>();
        List<Integer> read = new ArrayList<>();
        List<byte[]> images = new ArrayList<>();
        for (int number : numbers) {
            HashedPicture picture = pictures.get(number);
            try {
                images.add(picture.item().read(maxFileBytes));
                read.add(number);
            } catch (IOException e) {
                answers.add(new Numbered(number, missing(picture, Messages.oneLine(e))));
            }
        }
        List<Outcome> outcomes = cache.getOrComputeAll(images, encoder);
        for (int i = 0; i < outcomes.size(); i++) {
            answers.add(new Numbered(read.get(i), answer(pictures.get(read.get(i)), outcomes.get(i))));
        }
        return answers;
    }

    private static Answer answer(HashedPicture picture, Outcome outcome) {
        if (!outcome.contentHash().equals(picture.contentHash())) {
            return missing(picture, "has changed since it was hashed");
        }
        return outcome instanceof Outcome.Served served
                ? new Answer.Vector(served.entry().embedding().toArray())
                : missing(picture, Messages.oneLine(((Outcome.Failed) outcome).error()));
    }

    private static Answer missing(HashedPicture picture, String reason) {
        return new Answer.Missing(picture.path() + ": " + reason);
    }

    @Override
    public void close() {
        try (encoder) {
            cache.close();
        }
    }
}
