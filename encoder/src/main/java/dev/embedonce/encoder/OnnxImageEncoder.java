package dev.embedonce.encoder;

import dev.embedonce.error.CacheException;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * An encoder that runs as an ONNX graph: pixels in, one vector out.
 *
 * <p>A batch is divided among the threads, each of which runs its part through the one session. On a CPU that beats
 * threads inside of the operators, and callers may well divide the work themselves and call from threads of their own
 * instead. On a CPU every picture is a run of its own: then its vector is the same to the last bit whatever else is in
 * the batch and however the batch is divided, whatever the graph does. (The runtime's kernels do not promise that:
 * without repacked weights the last bits depend on the number of pictures in the run.) A CPU gains next to nothing from
 * more: what lies between the operators then no longer fits into its caches.
 */
public final class OnnxImageEncoder implements ImageEncoder {
    private final OnnxSession session;
    private final String input;
    private final VectorOutput output;
    private final ImageProcessor processor;
    private final String modelVersion;
    private final int dimension;
    private final int batchSize;
    private final int picturesARun;
    private final int threads;
    private final ExecutorService helpers;
    private final BatchMemory memory = new BatchMemory();
    private volatile boolean closed;

    /**
     * An encoder over a session that it then owns.
     *
     * @param input the graph's only input, float32 {@code [batch, 3, height, width]}
     * @param picturesARun the most pictures that go through the graph together
     */
    OnnxImageEncoder(
            OnnxSession session,
            String input,
            VectorOutput output,
            ImageProcessor processor,
            String modelVersion,
            int dimension,
            int batchSize,
            int picturesARun,
            int threads) {
        this.session = session;
        this.input = input;
        this.output = output;
        this.processor = processor;
        this.modelVersion = modelVersion;
        this.dimension = dimension;
        this.batchSize = batchSize;
        this.picturesARun = picturesARun;
        this.threads = threads;
        this.helpers = Executors.newFixedThreadPool(Math.max(1, threads - 1), task -> {
            Thread thread = new Thread(task, "embedonce-encode");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public String modelVersion() {
        return modelVersion;
    }

    @Override
    public String preprocVersion() {
        return processor.preprocVersion();
    }

    @Override
    public String runtime() {
        return session.runtime();
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    @Override
    public int imagesPerRun() {
        return Math.min(batchSize, picturesARun * threads);
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public int threads() {
        return threads;
    }

    @Override
    public PreparedImage prepare(byte[] image) {
        return PreparedImage.of(input, processor.process(image));
    }

    @Override
    public List<Map<String, Tensor>> encode(List<PreparedImage> batch) {
        if (closed) {
            throw new IllegalStateException("the encoder is closed");
        }
        List<List<Integer>> parts = parts(batch);
        List<Future<List<Tensor>>> others = new ArrayList<>();
        for (List<Integer> part : parts.subList(Math.min(1, parts.size()), parts.size())) {
            others.add(helpers.submit(() -> run(pick(batch, part))));
        }
        Map<Integer, Tensor> vectors = new LinkedHashMap<>();
        try {
            if (!parts.isEmpty()) {
                keep(parts.get(0), run(pick(batch, parts.get(0))), vectors);
            }
            for (int i = 0; i < others.size(); i++) {
                keep(parts.get(i + 1), join(others.get(i)), vectors);
            }
        } finally {
            others.forEach(other -> other.cancel(false));
        }
        List<Map<String, Tensor>> answers = new ArrayList<>(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            Tensor vector = vectors.get(i);
            if (vector == null) {
                throw new CacheException("no vector for picture " + i + " of the batch");
            }
            answers.add(Map.of(Entry.EMBEDDING, vector));
        }
        return answers;
    }

    /** Positions in the batch: only pictures of one shape together, and no part larger than a thread's share. */
    private List<List<Integer>> parts(List<PreparedImage> batch) {
        Map<List<Long>, List<Integer>> byShape = new LinkedHashMap<>();
        for (int i = 0; i < batch.size(); i++) {
            List<Long> shape = Arrays.stream(batch.get(i).shape()).boxed().toList();
            byShape.computeIfAbsent(shape, s -> new ArrayList<>()).add(i);
        }
        int share = (batch.size() + threads - 1) / threads;
        List<List<Integer>> parts = new ArrayList<>();
        for (List<Integer> same : byShape.values()) {
            for (int from = 0; from < same.size(); from += share) {
                parts.add(same.subList(from, Math.min(from + share, same.size())));
            }
        }
        return parts;
    }

    private static List<PreparedImage> pick(List<PreparedImage> batch, List<Integer> positions) {
        return positions.stream().map(batch::get).toList();
    }

    private static void keep(List<Integer> positions, List<Tensor> part, Map<Integer, Tensor> vectors) {
        for (int i = 0; i < part.size(); i++) {
            vectors.put(positions.get(i), part.get(i));
        }
    }

    private List<Tensor> run(List<PreparedImage> images) {
        List<Tensor> vectors = new ArrayList<>(images.size());
        for (int from = 0; from < images.size(); from += picturesARun) {
            vectors.addAll(runTogether(images.subList(from, Math.min(images.size(), from + picturesARun))));
        }
        return vectors;
    }

    private List<Tensor> runTogether(List<PreparedImage> images) {
        List<Tensor> vectors = memory.lend(images, pixels -> {
            Map<String, Tensor> outputs = session.run(Map.of(input, pixels), Set.of(output.name()));
            return output.vectors(outputs.values().iterator().next());
        });
        if (vectors.size() != images.size()) {
            throw new CacheException(
                    "the model gave " + vectors.size() + " vectors for " + images.size() + " pictures");
        }
        return vectors;
    }

    private static <T> T join(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CacheException("interrupted while encoding", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new CacheException("encoding failed: " + e.getCause(), e);
        }
    }

    @Override
    public void close() {
        closed = true;
        helpers.shutdown();
        session.close();
    }

    @Override
    public String toString() {
        return modelVersion;
    }
}
