package dev.embedonce.cli.pictures;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.util.Locale;

/** Output of these commands. */
public final class Console {
    private static final long PERIOD_NANOS = 500_000_000L;
    private static final String ERASE_LINE = "\r\u001b[K";

    private Console() {}

    /** One line on standard output. */
    public static void print(String pattern, Object... values) {
        System.out.println(String.format(Locale.ROOT, pattern, values));
    }

    /** One line on standard error. */
    public static void warn(String pattern, Object... values) {
        System.err.println(String.format(Locale.ROOT, pattern, values));
    }

    /** JSON on standard output, written incrementally; close it to end the document. */
    public static JsonGenerator json() throws IOException {
        System.out.flush();
        JsonGenerator json = new JsonFactory().createGenerator(new FilterOutputStream(System.out) {
            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                out.write(bytes, from, length);
            }

            @Override
            public void close() throws IOException {
                out.write('\n');
                flush(); // standard output is not ours to close
            }
        });
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT); // a run that fails must not look complete
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentArraysWith(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
        return json.setPrettyPrinter(printer);
    }

    /** A size for people, such as {@code 1.2 MB}. */
    public static String bytes(long bytes) {
        String[] units = {"bytes", "kB", "MB", "GB", "TB"};
        double value = bytes;
        int unit = 0;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    }

    /** A count that is redrawn on standard error while a command works, on a terminal only. */
    public static final class Progress implements AutoCloseable {
        private final boolean terminal = Boolean.getBoolean("embedonce.terminal");
        private final String verb;
        private long done;
        private long lastNanos = System.nanoTime();

        /** Progress of an activity, such as {@code hashing}. */
        public Progress(String verb) {
            this.verb = verb;
        }

        /** One more is done. */
        public void step() {
            done++;
            if (terminal && System.nanoTime() - lastNanos > PERIOD_NANOS) {
                lastNanos = System.nanoTime();
                System.err.print(String.format(Locale.ROOT, "%s%s %,d", ERASE_LINE, verb, done));
                System.err.flush();
            }
        }

        @Override
        public void close() {
            if (terminal) {
                System.err.print(ERASE_LINE);
                System.err.flush();
            }
        }
    }
}
