package dev.embedonce.store.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Stores;
import dev.embedonce.testkit.TestEntries;
import dev.embedonce.value.Entry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * numpy and safetensors themselves read the files. Runs where the interpreter named by EMBEDONCE_PYTHON, or python3,
 * has both.
 */
class PythonReadsTest {
    private static final String PROGRAM = """
            import sys
            import numpy
            from safetensors import safe_open
            from safetensors.numpy import load_file
            vector = numpy.load(sys.argv[1])
            mapped = numpy.load(sys.argv[1], mmap_mode="r")
            assert vector.dtype == numpy.float32 and (vector == mapped).all()
            with open(sys.argv[1], "rb") as stream:
                assert (numpy.load(stream) == vector).all()
            print(vector.shape, vector.tolist())
            tensors = load_file(sys.argv[2])
            for name in sorted(tensors):
                print(name, tensors[name].dtype, tensors[name].tolist())
            with safe_open(sys.argv[2], "numpy") as bundle:
                print(sorted(bundle.metadata()))
            """;

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    private static boolean hasPackages(String python) throws InterruptedException {
        try {
            return new ProcessBuilder(python, "-c", "import numpy, safetensors.numpy")
                            .redirectErrorStream(true)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void load_vectorAndBundle_areWhatWasStored(@TempDir Path folder) throws Exception {
        String python = System.getenv().getOrDefault("EMBEDONCE_PYTHON", "python3");
        Assumptions.assumeTrue(hasPackages(python), python + " has no numpy and safetensors");
        CacheKey vector = TestEntries.key(1);
        CacheKey bundle = TestEntries.key(2);
        Entry two = new Entry(
                Map.of(
                        "grid", dev.embedonce.value.Tensor.ofLongs(new long[] {1, 24, 32}, 1, 3),
                        "features", dev.embedonce.value.Tensor.ofFloats(new float[] {0.5f, -2}, 2, 1)),
                TestEntries.provenance(1));
        try (CacheStore store = Stores.open("files:" + folder)) {
            store.putAllIfAbsent(Map.of(
                    vector, TestEntries.sealed(vector, TestEntries.vector(1.5f, -0.25f, 3e8f)),
                    bundle, TestEntries.sealed(bundle, two)));
        }
        String printed = run(
                python,
                "-c",
                PROGRAM,
                FilesStoreContractTest.file(folder, vector).toString(),
                FilesStoreContractTest.file(folder, bundle).toString());
        assertThat(printed.lines().toList())
                .isEqualTo(List.of(
                        "(3,) [1.5, -0.25, 300000000.0]",
                        "features float32 [[0.5], [-2.0]]",
                        "grid int64 [[1, 24, 32]]",
                        "['embedonce']"));
    }
}
