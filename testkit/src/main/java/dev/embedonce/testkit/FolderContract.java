package dev.embedonce.testkit;

import static dev.embedonce.testkit.StoreAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.embedonce.codec.Stored;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.error.StoreUrlException;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** For stores in a folder: paths, permissions, and a full disk. */
public interface FolderContract extends StoreFixture {
    /** The URL of a store in {@code folder} (its file there, or a folder in it). The folder may not exist yet. */
    String urlIn(Path folder);

    /** The size of a disk on which the store can hold some entries before it is full. */
    default long smallDiskBytes() {
        return 8L << 20;
    }

    private static Map<CacheKey, Stored.Sealed> quarterMegabyte(long seed) {
        Map<CacheKey, Stored.Sealed> batch = new LinkedHashMap<>();
        for (long i = seed * 4; i < seed * 4 + 4; i++) {
            CacheKey key = TestEntries.key(i);
            batch.put(key, TestEntries.sealed(key, TestEntries.vector(i, 16_384)));
        }
        return batch;
    }

    @Test
    default void open_missingFolders_areCreated(@TempDir Path folder) {
        String url = urlIn(folder.resolve("a").resolve("b").resolve("c"));
        try (CacheStore store = open(url)) {
            store.putAllIfAbsent(TestEntries.batch(0, 5));
        }
        try (CacheStore store = open(url)) {
            assertHolds(store, TestEntries.batch(0, 5));
        }
    }

    /** Entries reveal which pictures somebody has: nobody else on the machine needs to see them. */
    @Test
    default void put_newStore_isTheOwnersAlone(@TempDir Path folder) throws Exception {
        Assumptions.assumeTrue(
                folder.getFileSystem().supportedFileAttributeViews().contains("posix"), "no modes on this system");
        Path place = folder.resolve("a").resolve("b");
        try (CacheStore store = open(urlIn(place))) {
            store.putAllIfAbsent(TestEntries.batch(0, 20));
            store.replaceAll(TestEntries.batch(0, 20));
            store.addCounters(Map.of("n", 1L));
            store.leases()
                    .ifPresent(
                            leases -> leases.tryAcquire(TestEntries.batch(0, 5).keySet(), "o", Duration.ofHours(1)));
            try (Stream<Path> all = Files.walk(folder.resolve("a"))) {
                assertThat(all).allSatisfy(path -> {
                    Set<PosixFilePermission> modes = Files.getPosixFilePermissions(path);
                    if (Files.isDirectory(path)) {
                        assertThat(PosixFilePermissions.toString(modes)).isEqualTo("rwx------");
                    } else if (!mayBeReadInItsFolder(path)) {
                        assertThat(PosixFilePermissions.toString(modes)).isEqualTo("rw-------");
                    }
                });
            }
        }
    }

    /** Whether the store's engine makes this file itself, so that only its folder protects it from others. */
    default boolean mayBeReadInItsFolder(Path file) {
        return false;
    }

    @Test
    default void open_oddFolderNames_areTakenAsTheyAre(@TempDir Path folder) {
        for (String name :
                new String[] {"a b", "é漢😀", "100%", "%41", "a+b", "a#b", "it's \"quoted\"", "a&b=c", "a;b"}) {
            Path odd = folder.resolve(name);
            try (CacheStore store = open(urlIn(odd))) {
                store.putAllIfAbsent(TestEntries.batch(0, 2));
                assertHolds(store, TestEntries.batch(0, 2));
            }
            assertThat(odd).isDirectory();
        }
    }

    @Test
    default void open_wrongUrl_isRefused(@TempDir Path folder) {
        String url = urlIn(folder);
        String scheme = url.substring(0, url.indexOf(':'));
        assertThatExceptionOfType(StoreUrlException.class)
                .isThrownBy(() -> open(scheme + ":"))
                .withMessageContaining(scheme);
        assertThatExceptionOfType(StoreUrlException.class)
                .isThrownBy(() -> open(url + "?no-such-option=1"))
                .withMessageContaining("no-such-option");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    default void open_fileInPlaceOfTheFolder_isRefusedClearly(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "something of the user's");
        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> open(urlIn(file)))
                .withMessageContaining(file.toString());
        assertThat(file).hasContent("something of the user's");
    }

    @Test
    default void anyMethod_readOnlyDisk_isRefusedClearlyAndWorksAgainLater(@TempDir Path folder) throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder, smallDiskBytes())) {
            String url = urlIn(folder.resolve("store"));
            try (CacheStore store = open(url)) {
                store.putAllIfAbsent(TestEntries.batch(0, 10));
            }
            disk.setReadOnly(true);
            assertThatExceptionOfType(StoreUnavailableException.class)
                    .isThrownBy(() -> open(urlIn(folder.resolve("new"))))
                    .withMessageContaining(folder.toString());
            // an existing store may be readable; it must not pretend
            assertThatExceptionOfType(StoreUnavailableException.class)
                    .isThrownBy(() -> {
                        try (CacheStore store = open(url)) {
                            assertHolds(store, TestEntries.batch(0, 10));
                            store.putAllIfAbsent(TestEntries.batch(10, 20));
                        }
                    })
                    .withMessageContaining(folder.toString());
            disk.setReadOnly(false);
            try (CacheStore store = open(url)) {
                store.putAllIfAbsent(TestEntries.batch(10, 20));
                assertHolds(store, TestEntries.batch(0, 20));
            }
        }
    }

    @Test
    default void put_fullDisk_isRefusedAndWhatWasAcknowledgedStays(@TempDir Path folder) throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder, smallDiskBytes())) {
            Path ballast = Files.write(folder.resolve("ballast"), new byte[(int) smallDiskBytes() / 4]);
            String url = urlIn(folder.resolve("store"));
            Map<CacheKey, Stored.Sealed> acknowledged = new LinkedHashMap<>();
            CacheStore store = open(url);
            try {
                StoreUnavailableException full = fill(store, acknowledged, disk);
                assertThat(full).hasMessageContaining(folder.toString());
                assertThat(acknowledged).isNotEmpty();
                assertHolds(store, acknowledged);
                Files.delete(ballast);
                Map<CacheKey, Stored.Sealed> more = TestEntries.batch(-20, -10);
                try {
                    store.putAllIfAbsent(more);
                } catch (StoreUnavailableException e) {
                    // a store may have to be reopened after this, but then it works
                    store.close();
                    store = open(url);
                    store.putAllIfAbsent(more);
                }
                assertHolds(store, more);
                assertHolds(store, acknowledged);
            } finally {
                store.close();
            }
            try (CacheStore reopened = open(url)) {
                assertHolds(reopened, acknowledged);
            }
        }
    }

    private static StoreUnavailableException fill(
            CacheStore store, Map<CacheKey, Stored.Sealed> acknowledged, SmallDisk disk) throws Exception {
        for (long seed = 0; seed < 10_000; seed++) {
            Map<CacheKey, Stored.Sealed> batch = quarterMegabyte(seed);
            try {
                assertThat(store.putAllIfAbsent(batch)).isEmpty();
            } catch (StoreUnavailableException e) {
                return e;
            }
            acknowledged.putAll(batch);
        }
        throw new AssertionError("the disk never got full; " + disk.freeBytes() + " bytes are free");
    }
}
