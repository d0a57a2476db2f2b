package dev.embedonce.spark.internal.step;

import java.util.Timer;
import java.util.TimerTask;
import org.apache.spark.util.LongAccumulator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says now and then how far the encoding is, until {@link #close}. For people: pictures of tasks that are tried again
 * count twice.
 */
final class Progress {
    private static final Logger LOG = LoggerFactory.getLogger(Progress.class);
    private static final int PERIOD_MILLIS = 10_000;

    private final Timer timer = new Timer("embedonce-progress", true);

    Progress(LongAccumulator encoded, long all) {
        long before = encoded.value();
        timer.scheduleAtFixedRate(
                new TimerTask() {
                    @Override
                    public void run() {
                        LOG.info("{} of {} contents encoded", encoded.value() - before, all);
                    }
                },
                PERIOD_MILLIS,
                PERIOD_MILLIS);
    }

    void close() {
        timer.cancel();
    }
}
