package dev.embedonce.cache.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.hash.ContentHasher;
import dev.embedonce.key.CacheKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FlightsTest {
    private final CacheKey key =
            new CacheKey("m@1", "p@1", ContentHasher.sha256().hash(new byte[0]));

    @Test
    void keyThatCanBeClaimedAgain_hasItsLandingCounted() {
        AtomicLong landingsWhenFree = new AtomicLong(-1);
        Flights[] flights = new Flights[1];
        flights[0] = new Flights(new ConcurrentHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            public boolean remove(Object removed, Object value) {
                boolean free = super.remove(removed, value);
                landingsWhenFree.set(flights[0].landings()); // what somebody who claims the key right now sees
                return free;
            }
        });
        CompletableFuture<Found> flight = new CompletableFuture<>();
        long before = flights[0].landings();
        assertThat(flights[0].claim(key, flight)).isSameAs(flight);
        flights[0].fail(key, flight, new IllegalStateException("no"));
        assertThat(landingsWhenFree.get()).isGreaterThan(before);
    }

    @Test
    void flightThatHasLanded_isNotCountedAgain() {
        Flights flights = new Flights();
        CompletableFuture<Found> flight = new CompletableFuture<>();
        assertThat(flights.claim(key, flight)).isSameAs(flight);
        flights.fail(key, flight, new IllegalStateException("no"));
        long landings = flights.landings();
        flights.fail(key, flight, new IllegalStateException("again"));
        assertThat(flights.landings()).isEqualTo(landings);
    }
}
