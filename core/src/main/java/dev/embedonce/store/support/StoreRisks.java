package dev.embedonce.store.support;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Warns of settings under which strangers could read or change what a store keeps. Thread-safe. */
public final class StoreRisks {
    private static final Logger LOG = LoggerFactory.getLogger(StoreRisks.class);
    private static final Pattern LOOPBACK =
            Pattern.compile("(?i)localhost|127(\\.\\d{1,3}){3}|::1|(0{1,4}:){7}0{0,3}1");
    private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

    private StoreRisks() {}

    /** Whether a host is this machine by its very name: no name is looked up. */
    public static boolean isLoopback(String host) {
        return LOOPBACK.matcher(host).matches();
    }

    /** Says so, once in this process. Null is nothing to say. */
    public static void warnOnce(@Nullable String risk) {
        if (risk != null && SAID.add(risk)) {
            LOG.warn("{}", risk);
        }
    }
}
