package dev.embedonce.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.graph.blocks.NumericMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QuantizedSpeedTest {
    @TempDir
    Path folder;

    private final AtomicInteger trials = new AtomicInteger();

    private QuantizedSpeed speed(String machine, double ratio) {
        return new QuantizedSpeed(folder.resolve("cache"), machine, mode -> {
            trials.incrementAndGet();
            return ratio;
        });
    }

    @Test
    void advice_slower_saysSoAndByHowMuch() {
        assertThat(speed("a", 2.06).advice(NumericMode.INT8))
                .hasValueSatisfying(
                        text -> assertThat(text).startsWith("int8 weights take 2.1 times as long as float32"));
    }

    @Test
    void advice_fasterOrAsFast_saysNothing() {
        assertThat(speed("a", 0.5).advice(NumericMode.INT8)).isEmpty();
        assertThat(speed("b", 1.1).advice(NumericMode.INT4)).isEmpty();
    }

    @Test
    void advice_isRememberedForTheProcessorAndTheMode() {
        speed("a", 2).advice(NumericMode.INT8);

        assertThat(speed("a", 0.5).advice(NumericMode.INT8)).isPresent();
        assertThat(trials).hasValue(1);
        assertThat(speed("b", 0.5).advice(NumericMode.INT8)).isEmpty();
        assertThat(speed("a", 0.5).advice(NumericMode.INT4)).isEmpty();
        assertThat(trials).hasValue(3);
        assertThat(speed("a", 0.5).advice(NumericMode.INT8)).isPresent();
        assertThat(trials).hasValue(3);
    }

    @Test
    void advice_damagedMemo_isTriedAnew() throws IOException {
        Path memo = Files.createDirectories(folder.resolve("cache")).resolve("quantised-speed.txt");
        Files.write(memo, new byte[] {(byte) 0xff, 1, 2});

        assertThat(speed("a", 2).advice(NumericMode.INT8)).isPresent();
        assertThat(speed("a", 0.5).advice(NumericMode.INT8)).isPresent();
        assertThat(trials).hasValue(1);
    }

    @Test
    void advice_folderThatCannotBeWritten_isGivenAllTheSame() throws IOException {
        Files.writeString(folder.resolve("cache"), "a file");

        assertThat(speed("a", 2).advice(NumericMode.INT8)).isPresent();
        assertThat(speed("a", 2).advice(NumericMode.INT8)).isPresent();
        assertThat(trials).hasValue(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"INT8", "INT4"})
    void trial_runsBothProducts(NumericMode mode) {
        assertThat(QuantizedTrial.run(mode)).isPositive().isFinite();
    }
}
