package dev.embedonce.testkit;

import java.time.Duration;

/** The duration and seed of random tests. */
final class Soak {
    /** Whether {@code -Dembedonce.soak=true} asks for the long tests. */
    static final boolean ON = Boolean.getBoolean("embedonce.soak");

    /** The seed of the random tests. */
    static final long SEED = Long.getLong("embedonce.seed", 20260301L);

    /** How long a test with a time limit runs. */
    static final Duration TIME = ON ? Duration.ofMinutes(1) : Duration.ofSeconds(2);

    private Soak() {}
}
