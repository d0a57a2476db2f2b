package dev.embedonce.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.embedonce.error.CacheException;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.error.UnsupportedFormatException;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.testkit.TestEntries;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableVersionTest {
    private static final Rebase UNEXPECTED = (own, published, forgotten) -> {
        throw new AssertionError("nobody else published");
    };
    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant SINCE = Instant.parse("2021-01-01T00:00:00Z");

    @TempDir
    private Path folder = Path.of("");

    private LocalTableFiles files = new LocalTableFiles(Path.of(""));
    private TableVersion version = new CacheTable(files).version("m@1", "p@1");
    private HashParts parts = new HashParts(files, version);

    @BeforeEach
    void open() {
        files = new LocalTableFiles(folder.resolve("table"));
        version = new CacheTable(files).version("m@1", "p@1");
        parts = new HashParts(files, version);
    }

    private static List<ContentHash> hashes(long from, long to) {
        return LongStream.range(from, to).mapToObj(TestEntries::hash).toList();
    }

    private Snapshot publish(Snapshot base, List<ContentHash> rows) throws IOException {
        return version.publish(base, List.of(parts.write(rows)), parts::rebase);
    }

    private List<ContentHash> rows() throws IOException {
        return parts.read(version.latest().parts());
    }

    private Path file(String path) {
        return files.resolve(version.folder()).resolve(path);
    }

    private List<Path> allFiles() throws IOException {
        try (Stream<Path> walk = Files.walk(files.resolve(version.folder()))) {
            return walk.filter(Files::isRegularFile).toList();
        }
    }

    private void makeOld() throws IOException {
        for (Path file : allFiles()) {
            Files.setLastModifiedTime(file, FileTime.from(LONG_AGO));
        }
    }

    @Test
    void latest_ofNoTable_isEmpty_andMakesNothing() throws IOException {
        assertThat(version.latest()).isEqualTo(Snapshot.none("m@1", "p@1"));
        assertThat(new CacheTable(files).versions()).isEmpty();
        assertThat(files.resolve("")).doesNotExist();
    }

    @Test
    void publish_addsPartsToTheNewestSnapshot() throws IOException {
        Part first = parts.write(hashes(0, 3));
        Snapshot one = version.publish(version.latest(), List.of(first), UNEXPECTED);
        Part second = parts.write(hashes(3, 5));
        Snapshot two = version.publish(one, List.of(second), UNEXPECTED);

        assertThat(one.number()).isEqualTo(1);
        assertThat(two.number()).isEqualTo(2);
        assertThat(two.parts()).containsExactly(first, second);
        assertThat(two.rows()).isEqualTo(5);
        assertThat(version.latest()).isEqualTo(two);
        assertThat(version.missing(two)).isEmpty();
        assertThat(new CacheTable(files).versions())
                .singleElement()
                .satisfies(found -> assertThat(found.latest()).isEqualTo(two));
    }

    @Test
    void publish_nothing_makesNoSnapshot() throws IOException {
        assertThat(version.publish(version.latest(), List.of(), UNEXPECTED).number())
                .isZero();
    }

    @Test
    void publish_whatIsThereAlready_changesNothing() throws IOException {
        Part part = parts.write(hashes(0, 3));
        Snapshot base = version.latest();
        Snapshot one = version.publish(base, List.of(part), UNEXPECTED);
        assertThat(version.publish(base, List.of(part), UNEXPECTED)).isEqualTo(one);
    }

    @Test
    void publish_loserOfARace_dropsWhatTheOtherHas() throws IOException {
        Snapshot base = version.latest();
        publish(base, hashes(0, 3));
        Snapshot two = publish(base, hashes(2, 5));

        assertThat(two.number()).isEqualTo(2);
        assertThat(rows()).containsExactlyElementsOf(hashes(0, 5));
        assertThat(publish(base, hashes(0, 5))).isEqualTo(two); // nothing of it was new
    }

    @Test
    void publish_manyAtOnce_oneRowAKey_nobodyIsLost() throws Exception {
        int publishers = 8;
        ExecutorService pool = Executors.newFixedThreadPool(publishers);
        CountDownLatch start = new CountDownLatch(publishers);
        try {
            Snapshot base = version.latest();
            List<Future<Snapshot>> all = new ArrayList<>();
            for (int i = 0; i < publishers; i++) {
                int first = 2 * i; // each shares two contents with the next
                all.add(pool.submit(() -> {
                    Part own = parts.write(hashes(first, first + 4));
                    start.countDown();
                    start.await();
                    return version.publish(base, List.of(own), parts::rebase);
                }));
            }
            for (Future<Snapshot> one : all) {
                assertThat(one.get().number()).isPositive();
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(rows())
                .hasSize(2 * publishers + 2)
                .containsExactlyInAnyOrderElementsOf(hashes(0, 2 * publishers + 2));
        assertThat(allFiles()).noneMatch(file -> file.toString().endsWith(".tmp"));
    }

    @Test
    void publish_ofContentForgottenMeanwhile_leavesItOut() throws IOException {
        Snapshot base = version.latest();
        version.update(latest -> new Change(Set.of(), List.of(), Set.of(TestEntries.hash(1))));

        Snapshot published = publish(base, hashes(0, 3));

        assertThat(rows()).containsExactly(TestEntries.hash(0), TestEntries.hash(2));
        publish(published, hashes(1, 2)); // who began later has read the picture again
        assertThat(rows()).contains(TestEntries.hash(1));
    }

    @Test
    void update_replacesParts() throws IOException {
        Part whole = parts.write(hashes(0, 3));
        Snapshot one = version.publish(version.latest(), List.of(whole), UNEXPECTED);
        Part rest = parts.write(hashes(1, 3));
        version.update(latest -> new Change(Set.of(whole), List.of(rest), Set.of(TestEntries.hash(0))));

        assertThat(rows()).containsExactlyElementsOf(hashes(1, 3));
        assertThat(version.latest().partsSince(one)).containsExactly(rest);
        assertThat(version.latest().forgottenSince(one)).containsExactly(TestEntries.hash(0));
        assertThatThrownBy(() -> version.update(latest -> new Change(Set.of(whole), List.of(), Set.of())))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void partWithoutSnapshot_isInvisible_andGoesWhenItIsOld() throws IOException {
        publish(version.latest(), hashes(0, 3));
        makeOld();
        Part killed = parts.write(hashes(3, 5)); // and its publisher died before the snapshot
        Files.writeString(file("_snapshots/.1234.tmp"), "or while it wrote that");

        assertThat(rows()).containsExactlyElementsOf(hashes(0, 3));
        assertThat(version.garbage(SINCE)).isEmpty();

        makeOld();
        for (TableFiles.Listed file : version.garbage(SINCE)) {
            files.delete(file.path());
        }
        assertThat(parts.file(killed)).doesNotExist();
        assertThat(allFiles()).hasSize(2);
        assertThat(rows()).containsExactlyElementsOf(hashes(0, 3));
    }

    @Test
    void garbage_keepsWhatAYoungSnapshotLists() throws IOException {
        Part first = parts.write(hashes(0, 3));
        version.publish(version.latest(), List.of(first), UNEXPECTED);
        version.update(latest -> new Change(Set.of(first), List.of(), Set.of()));
        Files.setLastModifiedTime(parts.file(first), FileTime.from(LONG_AGO));

        assertThat(version.garbage(SINCE)).isEmpty(); // a reader may be at work on the first snapshot

        makeOld();
        assertThat(version.garbage(SINCE))
                .extracting(TableFiles.Listed::path)
                .containsExactlyInAnyOrder(version.folder() + "/_snapshots/0000000001", version.path(first));
    }

    @Test
    void abandoned_isWhatOldRunsLeftAtWork() throws IOException {
        files.createIfAbsent("_work/old/manifest", new byte[3]);
        files.createIfAbsent("_work/young/manifest", new byte[3]);
        Files.setLastModifiedTime(files.resolve("_work/old/manifest"), FileTime.from(LONG_AGO));

        assertThat(new CacheTable(files).abandoned(SINCE))
                .extracting(TableFiles.Listed::path)
                .containsExactly("_work/old/manifest");
        assertThat(new CacheTable(files).versions()).isEmpty();
    }

    @Test
    void publish_onANumberThatWasCollected_isDoneAgainOnTheNewest() throws IOException {
        Snapshot one = publish(version.latest(), hashes(0, 1));
        Part own = parts.write(hashes(3, 4));
        List<Snapshot> asked = new ArrayList<>();
        Snapshot published = version.update(latest -> {
            asked.add(latest);
            if (asked.size() == 1) { // the process sleeps, meanwhile others publish and collect
                publish(one, hashes(1, 2));
                publish(one, hashes(2, 3));
                Files.delete(file("_snapshots/0000000001"));
                Files.delete(file("_snapshots/0000000002"));
            }
            boolean there = latest.parts().contains(own);
            return there ? Change.NONE : new Change(Set.of(), List.of(own), Set.of());
        });

        assertThat(asked).extracting(Snapshot::number).containsExactly(1L, 3L);
        assertThat(published.number()).isEqualTo(4);
        assertThat(rows()).containsExactlyInAnyOrderElementsOf(hashes(0, 4));
    }

    @Test
    void missing_namesPartsThatAreGoneOrCut() throws IOException {
        Part gone = parts.write(hashes(0, 3));
        Part cut = parts.write(hashes(3, 6));
        Part sound = parts.write(hashes(6, 9));
        Snapshot snapshot = version.publish(version.latest(), List.of(gone, cut, sound), UNEXPECTED);
        Files.delete(parts.file(gone));
        Files.writeString(parts.file(cut), "cut");

        assertThat(version.missing(snapshot)).containsExactly(gone, cut);
    }

    @Test
    void publish_aPartThatIsNotThere_isRefused_andNothingChanges() throws IOException {
        Part part = parts.write(hashes(0, 3));
        Files.delete(parts.file(part));

        assertThatThrownBy(() -> version.publish(version.latest(), List.of(part), UNEXPECTED))
                .isInstanceOf(CacheException.class)
                .hasMessageContaining(part.path());
        assertThat(version.latest().number()).isZero();
    }

    @Test
    void latest_ofOtherFormat_isOneClearError() throws IOException {
        publish(version.latest(), hashes(0, 3));
        Path newer = file("_snapshots/0000000002");
        Files.writeString(newer, "embedonce-table\t2\nwho knows\n", StandardCharsets.UTF_8);

        assertThatThrownBy(version::latest)
                .isInstanceOf(UnsupportedFormatException.class)
                .hasMessageContaining("_snapshots/0000000002")
                .hasMessageContaining("table format 2; this build reads format 1");
        assertThatThrownBy(() -> publish(Snapshot.none("m@1", "p@1"), hashes(3, 4)))
                .isInstanceOf(UnsupportedFormatException.class);
        assertThatThrownBy(() -> new CacheTable(files).versions()).isInstanceOf(UnsupportedFormatException.class);
    }

    @Test
    void latest_ofAnotherVersionsSnapshot_isRefused() throws IOException {
        Files.createDirectories(file("_snapshots"));
        Files.write(
                file("_snapshots/0000000001"), Snapshot.none("other@1", "p@1").toBytes());
        assertThatThrownBy(version::latest)
                .isInstanceOf(CacheException.class)
                .hasMessageContaining("its snapshot says other@1");
    }

    @Test
    void update_whereCreatingIsNotAtomic_isRefusedBeforeAnyWork() throws IOException {
        Configuration noLinks =
                Configuration.unix().toBuilder().setSupportedFeatures().build();
        try (FileSystem system = Jimfs.newFileSystem(noLinks)) {
            CacheTable table = new CacheTable(new LocalTableFiles(system.getPath("/table")));
            assertThatThrownBy(() -> table.version("m@1", "p@1").update(latest -> {
                        throw new AssertionError("asked for work");
                    }))
                    .isInstanceOf(StoreUnavailableException.class);
        }
    }
}
