package dev.embedonce.encoder.arch;

import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.graph.runtime.SessionOptions;
import dev.embedonce.graph.runtime.WeightMemory;
import dev.embedonce.model.ModelFiles;
import dev.embedonce.value.Tensor;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Times towers against each other, one run of each in turn: {@code TowerBench MODEL_FOLDER [THREADS [BATCH [SIDE
 * [EXPORTED_ONNX]]]]}. A program, not a test; {@code scripts/golden-encoder/bench_torch.py} makes the folder and times
 * torch.
 */
final class TowerBench {
    private static final int ROUNDS = 18;
    private static final int WARM_UP = 3;

    private TowerBench() {}

    public static void main(String[] args) {
        Path folder = Path.of(args[0]);
        int threads = args.length > 1 ? Integer.parseInt(args[1]) : 2;
        int batch = args.length > 2 ? Integer.parseInt(args[2]) : 1;
        int side = args.length > 3 ? Integer.parseInt(args[3]) : 224;
        SessionOptions fast = SessionOptions.DEFAULT.withThreads(threads);
        Map<String, OnnxSession> sessions = new LinkedHashMap<>();
        for (NumericMode mode : NumericMode.values()) {
            long start = System.nanoTime();
            BuiltModel model =
                    Architectures.build(ModelFiles.open(folder), Modality.IMAGE, BuildOptions.DEFAULT.withMode(mode));
            long built = System.nanoTime();
            sessions.put(mode + " fast", open(model, fast));
            System.out.printf(
                    "%s: graph and fingerprint %d ms, session %d ms%n",
                    mode, (built - start) / 1_000_000, (System.nanoTime() - built) / 1_000_000);
            if (mode == NumericMode.FLOAT32) {
                sessions.put(mode + " map", open(model, fast.withMemory(WeightMemory.MAP)));
            }
        }
        if (args.length > 4) {
            sessions.put("exported", OnnxSession.open(Path.of(args[4]), fast));
        }
        run(sessions, pixels(batch, side), batch);
        sessions.values().forEach(OnnxSession::close);
    }

    private static void run(Map<String, OnnxSession> sessions, Tensor pixels, int batch) {
        Map<String, double[]> millis = new LinkedHashMap<>();
        Map<String, double[]> cpuMillis = new LinkedHashMap<>();
        sessions.keySet().forEach(name -> {
            millis.put(name, new double[ROUNDS]);
            cpuMillis.put(name, new double[ROUNDS]);
        });
        for (int round = 0; round < ROUNDS; round++) {
            for (Map.Entry<String, OnnxSession> entry : sessions.entrySet()) {
                long start = System.nanoTime();
                long startCpu = cpuNanos();
                entry.getValue().run(Map.of("pixel_values", pixels));
                double perPicture = 1e6 * batch;
                at(millis, entry.getKey())[round] = (System.nanoTime() - start) / perPicture;
                at(cpuMillis, entry.getKey())[round] = (cpuNanos() - startCpu) / perPicture;
            }
        }
        for (String name : sessions.keySet()) {
            System.out.printf(
                    "%-14s ms a picture: %s; processor time: %s%n",
                    name, summary(at(millis, name)), summary(at(cpuMillis, name)));
        }
    }

    private static double[] at(Map<String, double[]> map, String name) {
        return Objects.requireNonNull(map.get(name));
    }

    private static String summary(double[] all) {
        double[] sorted = Arrays.copyOfRange(all, WARM_UP, ROUNDS);
        Arrays.sort(sorted);
        return String.format("median %.1f, least %.1f", sorted[sorted.length / 2], sorted[0]);
    }

    /** Of all threads of the process: what counts on a machine that others use too. */
    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static OnnxSession open(BuiltModel model, SessionOptions options) {
        return OnnxSession.open(model.architecture(), model.graph(), options);
    }

    private static Tensor pixels(int batch, int side) {
        float[] values = new float[batch * 3 * side * side];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i * 0.37);
        }
        return Tensor.ofFloats(values, batch, 3, side, side);
    }
}
