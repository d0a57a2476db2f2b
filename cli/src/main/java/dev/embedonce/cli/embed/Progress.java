package dev.embedonce.cli.embed;

import dev.embedonce.embed.Tally;
import java.io.PrintStream;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Shows the progress of a run: one line that is redrawn on a terminal, a line from time to time in a pipe. */
final class Progress implements AutoCloseable {
    private static final int BAR_WIDTH = 24;
    private static final long TERMINAL_PERIOD_MILLIS = 200;
    private static final long PIPE_PERIOD_MILLIS = 5_000;
    private static final String ERASE_LINE = "\r\u001b[K";

    private final Tally tally;
    private final Supplier<OptionalLong> total;
    private final PrintStream out;
    private final boolean terminal;
    private final long startNanos = System.nanoTime();
    private final ScheduledExecutorService timer;

    /** @param total how many images there are, asked again whenever it is shown */
    Progress(Tally tally, Supplier<OptionalLong> total, PrintStream out, boolean terminal) {
        this.tally = tally;
        this.total = total;
        this.out = out;
        this.terminal = terminal;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "embedonce-progress");
            thread.setDaemon(true);
            return thread;
        });
        // asked before it is shown, since counting may begin only now
        var unusedCount = timer.schedule(total::get, TERMINAL_PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        long period = terminal ? TERMINAL_PERIOD_MILLIS : PIPE_PERIOD_MILLIS;
        var unusedShow = timer.scheduleAtFixedRate(this::show, period, period, TimeUnit.MILLISECONDS);
    }

    private void show() {
        String line = line(tally, total.get(), (System.nanoTime() - startNanos) / 1e9, terminal);
        if (terminal) {
            out.print(ERASE_LINE + line);
            out.flush();
        } else {
            out.println(line);
        }
    }

    static String line(Tally tally, OptionalLong total, double seconds, boolean withBar) {
        long done = tally.done();
        double rate = seconds > 0 ? done / seconds : 0;
        StringBuilder line = new StringBuilder();
        line.append(String.format(Locale.ROOT, "%,d", done));
        if (total.isPresent()) {
            line.append(String.format(Locale.ROOT, "/%,d", total.getAsLong()));
            if (withBar && total.getAsLong() > 0) {
                int filled = (int) (BAR_WIDTH * done / total.getAsLong());
                line.append(" [")
                        .append("#".repeat(filled))
                        .append("-".repeat(BAR_WIDTH - filled))
                        .append(']');
            }
        }
        line.append(String.format(
                Locale.ROOT,
                "  %,.0f images/s  hits %,d  pixel hits %,d  encoded %,d  failed %,d",
                rate,
                tally.hits(),
                tally.pixelHits(),
                tally.encoded(),
                tally.failed()));
        if (total.isPresent() && rate > 0) {
            long left = Math.round((total.getAsLong() - done) / rate);
            line.append(String.format(Locale.ROOT, "  %d:%02d left", left / 60, left % 60));
        }
        return line.toString();
    }

    @Override
    public void close() {
        timer.shutdownNow();
        if (terminal) {
            out.print(ERASE_LINE);
            out.flush();
        }
    }
}
