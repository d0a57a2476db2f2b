package dev.embedonce.bench;

import dev.embedonce.bench.fixture.Scale;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The options of a run.
 *
 * @param names benchmarks to run; empty for all
 * @param docs whether to put the reports into the documentation
 * @param resume whether to skip benchmarks that have a report of this scale
 * @param results where the JSON files are
 * @param work a folder for temporary files
 * @param python an interpreter for contenders in Python
 */
record BenchOptions(
        Scale scale,
        List<String> names,
        boolean docs,
        boolean resume,
        long seed,
        Path results,
        Path docsFolder,
        Path work,
        String python,
        String commit) {
    static final String USAGE = """
            ./bench/run [--quick] [--resume] [--docs] [--seed N] [--results FOLDER] [--work FOLDER] [NAME ...]

              --quick     small sizes, about two minutes
              --resume    leave out benchmarks that have a report of this size
              --docs      put all reports that are there into docs/benchmarks.md; with "none" as name nothing is run
              --seed      of pictures, vectors and keys; 9 unless given
              --results   where the JSON files go; bench/target/results unless given
              --work      for stores of many rows, up to 9 GB; emptied at the end; bench/target/work unless given

            EMBEDONCE_BENCH_PYTHON names a Python with numpy, duckdb, pillow and onnxruntime, or some of them; otherwise
            python3 is tried.
            """;
    private static final String NONE = "none";

    /**
     * Reads a command line.
     *
     * @param known the benchmarks there are
     * @throws IllegalArgumentException if it is wrong; the message says how
     */
    static BenchOptions parse(String[] arguments, List<String> known) {
        Path root = Path.of(System.getProperty("embedonce.root", "."));
        Path results = root.resolve("bench/target/results");
        Path work = root.resolve("bench/target/work");
        Scale scale = Scale.FULL;
        boolean docs = false;
        boolean resume = false;
        long seed = 9;
        List<String> names = new ArrayList<>();
        Iterator<String> rest = List.of(arguments).iterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            switch (argument) {
                case "--quick" -> scale = Scale.QUICK;
                case "--docs" -> docs = true;
                case "--resume" -> resume = true;
                case "--seed" -> seed = Long.parseLong(value(argument, rest));
                case "--results" -> results = Path.of(value(argument, rest));
                case "--work" -> work = Path.of(value(argument, rest));
                default -> names.add(name(argument, known));
            }
        }
        return new BenchOptions(
                scale,
                names,
                docs,
                resume,
                seed,
                results,
                root.resolve("docs"),
                work,
                System.getenv().getOrDefault("EMBEDONCE_BENCH_PYTHON", "python3"),
                System.getProperty("embedonce.commit", "unknown"));
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value\n\n" + USAGE);
        }
        return rest.next();
    }

    private static String name(String argument, List<String> known) {
        if (!known.contains(argument) && !argument.equals(NONE)) {
            throw new IllegalArgumentException("no benchmark or option '" + argument + "'; there are "
                    + String.join(", ", known) + "\n\n" + USAGE);
        }
        return argument;
    }

    boolean chosen(String benchmark) {
        return names.isEmpty() || names.contains(benchmark);
    }
}
