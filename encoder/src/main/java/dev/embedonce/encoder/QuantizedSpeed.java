package dev.embedonce.encoder;

import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.runtime.Device;
import dev.embedonce.graph.runtime.OnnxSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says when quantised weights are slower than float32 on this processor, as they are where it lacks instructions for
 * products of 8-bit numbers. Found out by a trial once a processor, a runtime and a numeric mode, then remembered in
 * the cache folder. It informs and does nothing else: no answer and no key depends on it, and if it fails nothing is
 * said. Thread-safe, and safe with several processes.
 */
public final class QuantizedSpeed {
    private static final Logger LOG = LoggerFactory.getLogger(QuantizedSpeed.class);

    /** Less is within what two trials differ by on a busy machine. */
    private static final double SLOWER = 1.15;

    private static final int MOST_LINES = 100;
    private static final Pattern LINE = Pattern.compile("([0-9]{1,6}\\.[0-9]{2}) (.+)");

    private final Path file;
    private final String machine;
    private final ToDoubleFunction<NumericMode> trial;

    QuantizedSpeed(Path cacheFolder, String machine, ToDoubleFunction<NumericMode> trial) {
        this.file = cacheFolder.resolve("quantised-speed.txt");
        this.machine = machine;
        this.trial = trial;
    }

    /** Logs a warning if an encoder of these options would be faster in float32. */
    public static void warnIfSlow(EncoderOptions options) {
        if (options.numericMode() == NumericMode.FLOAT32 || options.device() != Device.CPU) {
            return;
        }
        try {
            String machine = processor() + ", " + OnnxSession.runtime(Device.CPU);
            new QuantizedSpeed(options.cacheFolder(), machine, QuantizedTrial::run)
                    .advice(options.numericMode())
                    .ifPresent(LOG::warn);
        } catch (RuntimeException e) {
            LOG.debug("no trial of quantised weights", e);
        }
    }

    /** What to say about a mode; empty if its products are not slower. */
    Optional<String> advice(NumericMode mode) {
        String name = mode.name().toLowerCase(Locale.ROOT);
        double ratio = ratio(name + ", " + machine, mode);
        return ratio < SLOWER
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%s weights take %.1f times as long as float32 on this processor, in a short trial; they save memory here,"
                                + " not time",
                        name,
                        ratio));
    }

    private double ratio(String key, NumericMode mode) {
        List<String> lines = read();
        for (String line : lines) {
            Matcher known = LINE.matcher(line);
            if (known.matches() && known.group(2).equals(key)) {
                return Double.parseDouble(known.group(1));
            }
        }
        String measured = String.format(Locale.ROOT, "%.2f", Math.min(trial.applyAsDouble(mode), 1e5));
        lines.add(measured + " " + key);
        write(lines);
        return Double.parseDouble(measured);
    }

    private List<String> read() {
        try {
            List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
            return new ArrayList<>(lines.subList(Math.max(0, lines.size() - MOST_LINES), lines.size()));
        } catch (NoSuchFileException | MalformedInputException e) {
            return new ArrayList<>();
        } catch (IOException e) {
            LOG.debug("the trial of quantised weights cannot be read", e);
            return new ArrayList<>();
        }
    }

    private void write(List<String> lines) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            return;
        }
        try {
            Files.createDirectories(folder);
            Path temporary = Files.createTempFile(folder, file.getFileName().toString(), ".tmp");
            try {
                Files.write(temporary, lines, StandardCharsets.UTF_8);
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            LOG.debug("the trial of quantised weights is not remembered", e);
        }
    }

    /**
     * Tells processors apart by name and instructions; where the system does not list those, by its name for the kind.
     */
    private static String processor() {
        String kind = System.getProperty("os.arch") + " " + System.getenv().getOrDefault("PROCESSOR_IDENTIFIER", "");
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1)) {
            String described = lines.takeWhile(line -> !line.isBlank())
                    .filter(line -> line.matches("(model name|flags|Features|CPU part)\\s*:.*"))
                    .collect(Collectors.joining("\n"));
            return kind.strip() + " " + Integer.toHexString(described.hashCode());
        } catch (IOException | UncheckedIOException e) {
            return kind.strip();
        }
    }
}
