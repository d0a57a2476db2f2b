package dev.embedonce.store.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.error.StoreInterruptedException;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.error.StoreUrlException;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoredInfo;
import dev.embedonce.store.Stores;
import dev.embedonce.testkit.TestEntries;
import dev.embedonce.value.DType;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies in the folder, byte for byte, and what happens to files that are not ours. */
class FilesLayoutTest {
    private static final EntryCodec CODEC = new EntryCodec(null);
    private static final CacheKey KEY = TestEntries.key(1);

    @TempDir
    Path folder;

    private CacheStore open() {
        return Stores.open("files:" + folder);
    }

    private static Stored get(CacheStore store, CacheKey key) {
        return Objects.requireNonNull(store.getAll(List.of(key)).get(key), "nothing is stored");
    }

    private Path put(CacheKey key, Entry entry) throws IOException {
        try (CacheStore store = open()) {
            store.replaceAll(Map.of(key, TestEntries.sealed(key, entry)));
        }
        return FilesStoreContractTest.file(folder, key);
    }

    @Test
    void put_vector_isNpyWithTrailerUnderItsContentHash() throws Exception {
        Path file = put(KEY, TestEntries.vector(1f, 2f, 3f));
        Stored.Sealed record = TestEntries.sealed(KEY, TestEntries.vector(1f, 2f, 3f));

        String hash = KEY.contentHash().hex();
        String namespace = new Folder.Versions(KEY.modelVersion(), KEY.preprocVersion()).namespace();
        assertThat(folder.toRealPath().relativize(file.toRealPath()).toString().replace('\\', '/'))
                .isEqualTo(namespace + "/" + hash.substring(0, 2) + "/" + hash + ".npy");
        assertThat(folder.resolve(namespace).resolve("versions.txt"))
                .hasContent("embedonce-namespace 1\nmodel " + KEY.modelVersion() + "\npreproc " + KEY.preprocVersion()
                        + "\n");
        assertThat(folder.resolve("embedonce-files.txt")).hasContent("embedonce-files 1\n");

        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] front = new byte[192];
        bytes.get(front);
        assertThat(new String(front, StandardCharsets.ISO_8859_1))
                .startsWith(
                        "\u0093NUMPY\u0001\u0000\u00b6\u0000{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }  ")
                .endsWith(" \n");
        assertThat(bytes.getFloat()).isEqualTo(1f);
        assertThat(bytes.getFloat()).isEqualTo(2f);
        assertThat(bytes.getFloat()).isEqualTo(3f);
        byte[] header = new byte[record.header().remaining()];
        bytes.get(header);
        assertThat(header).isEqualTo(record.headerBytes());
        assertThat(bytes.getInt()).isEqualTo(header.length);
        byte[] magic = new byte[8];
        bytes.get(magic);
        assertThat(new String(magic, StandardCharsets.US_ASCII)).isEqualTo("EMBOTAIL");
        assertThat(bytes.hasRemaining()).isFalse();
    }

    @Test
    void get_npyCutExactlyAfterItsElements_isDamagedAndNotForeign() throws Exception {
        Path file = put(KEY, TestEntries.vector(1f, 2f, 3f));
        Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), 192 + 12));
        try (CacheStore store = open()) {
            assertThat(get(store, KEY))
                    .isInstanceOfSatisfying(
                            Stored.Damaged.class,
                            damaged -> assertThat(damaged.reason()).contains("trailer"));
        }
    }

    /**
     * Several threads read a large file; the interrupt of one closes it for the others, and the entry is as good as it
     * was.
     */
    @Test
    void get_largeFileByAnInterruptedThread_saysSoAndIsNotDamaged() throws Exception {
        Entry large = TestEntries.bundle(1, 12_345_678);
        put(KEY, large);
        try (CacheStore store = open()) {
            Thread.currentThread().interrupt();
            try {
                assertThatExceptionOfType(StoreInterruptedException.class).isThrownBy(() -> get(store, KEY));
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }
            assertThat(CODEC.decode(KEY, get(store, KEY)))
                    .isInstanceOfSatisfying(
                            Lookup.Hit.class,
                            hit -> assertThat(hit.entry().tensors()).isEqualTo(large.tensors()));
        }
    }

    private static byte[] npy(String dictionary, byte[] data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] text = (dictionary + " ".repeat(117 - dictionary.length()) + "\n").getBytes(StandardCharsets.US_ASCII);
        out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0});
        out.writeBytes(text);
        out.writeBytes(data);
        return out.toByteArray();
    }

    @Test
    void get_npyOfAnotherProgram_isForeign() throws Exception {
        Path file = put(KEY, TestEntries.vector(9f));
        Entry vector = TestEntries.vector(3, 7);
        byte[] data = new byte[28];
        vector.embedding().tensor().data().get(data);
        Files.write(file, npy("{'descr': '<f4', 'fortran_order': False, 'shape': (7,), }", data));
        Instant written = Instant.parse("2024-05-06T07:08:09Z");
        Files.setLastModifiedTime(file, FileTime.from(written));
        try (CacheStore store = open();
                StoreScan scan = store.scan(Selection.ALL)) {
            Stored stored = get(store, KEY);
            assertThat(stored)
                    .isInstanceOfSatisfying(
                            Stored.Foreign.class,
                            foreign -> assertThat(foreign.created()).isEqualTo(written));
            assertThat(CODEC.decode(KEY, stored))
                    .isInstanceOfSatisfying(
                            Lookup.Foreign.class,
                            foreign -> assertThat(foreign.entry().embedding()).isEqualTo(vector.embedding()));
            assertThat(scan.next()).isEqualTo(new StoredInfo(KEY, 28, written));
            assertThat(store.putAllIfAbsent(Map.of(KEY, TestEntries.sealed(KEY, vector))))
                    .containsExactly(KEY);
        }
    }

    @Test
    void get_filesThatAreNoVectors_areDamagedAndHealed() throws Exception {
        Path file = put(KEY, TestEntries.vector(9f));
        List<byte[]> contents = List.of(
                npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", new byte[16]),
                npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", new byte[16]),
                npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", new byte[15]),
                npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }", new byte[16]),
                npy("no dictionary", new byte[16]),
                new byte[0],
                "hello".getBytes(StandardCharsets.UTF_8));
        try (CacheStore store = open()) {
            for (byte[] content : contents) {
                Files.write(file, content);
                assertThat(get(store, KEY)).isInstanceOf(Stored.Damaged.class);
                assertThat(store.stats().entries()).isEqualTo(1);
            }
            store.replaceAll(Map.of(KEY, TestEntries.sealed(KEY, TestEntries.vector(9f))));
            assertThat(CODEC.decode(KEY, get(store, KEY))).isEqualTo(new Lookup.Hit(TestEntries.vector(9f)));
        }
    }

    @Test
    void get_folderInPlaceOfAFile_isDamaged() throws Exception {
        Path file = put(KEY, TestEntries.vector(9f));
        Files.delete(file);
        Files.createDirectory(file);
        try (CacheStore store = open()) {
            assertThat(get(store, KEY)).isInstanceOf(Stored.Damaged.class);
        }
    }

    @Test
    void put_bundle_isSafetensorsWithTheHeaderInItsMetadata() throws Exception {
        Entry bundle = TestEntries.bundle(5, 64);
        Path file = put(KEY, bundle);
        assertThat(file.toString()).endsWith(KEY.contentHash().hex() + ".safetensors");
        var parsed = dev.embedonce.codec.Safetensors.read(ByteBuffer.wrap(Files.readAllBytes(file)));
        Stored.Sealed record = TestEntries.sealed(KEY, bundle);
        assertThat(parsed.metadata())
                .isEqualTo(Map.of("embedonce", java.util.Base64.getEncoder().encodeToString(record.headerBytes())));
        assertThat(parsed.data()).isEqualTo(record.data());
        assertThat(parsed.tensors().stream().map(t -> t.name()))
                .containsExactlyElementsOf(bundle.tensors().keySet());
    }

    /** The safetensors package may write the same content with other JSON: other order, other spaces. */
    @Test
    void get_bundleWithRewrittenJson_isTheSame() throws Exception {
        Entry pair = new Entry(
                Map.of(
                        "a", Tensor.ofFloats(new float[] {1, 2}, 2),
                        "b", Tensor.ofLongs(new long[] {3}, 1)),
                TestEntries.provenance(1));
        Path file = put(KEY, pair);
        Stored.Sealed record = TestEntries.sealed(KEY, pair);
        String header = java.util.Base64.getEncoder().encodeToString(record.headerBytes());
        byte[] json = ("{ \"b\":{\"shape\":[1],\"dtype\":\"I64\",\"data_offsets\":[8,16]},"
                        + " \"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + " \"__metadata__\":{\"by\":\"hand\",\"embedonce\":\"" + header + "\"} }")
                .getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + 16).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json).put(record.data());
        Files.write(file, bytes.array());
        try (CacheStore store = open()) {
            assertThat(CODEC.decode(KEY, get(store, KEY))).isEqualTo(new Lookup.Hit(pair));
            Files.writeString(file, "{}");
            assertThat(get(store, KEY)).isInstanceOf(Stored.Damaged.class);
        }
    }

    /** What fits no layout comes back all the same. */
    @Test
    void put_recordsWithoutALayoutOfTheirOwn_comeBackAsTheyAre() throws Exception {
        Entry awkward = new Entry(
                Map.of("y", Tensor.ofFloats(new float[] {1}, 1), "x", Tensor.ofFloats(new float[] {2}, 1)),
                TestEntries.provenance(1));
        List<Stored.Sealed> records = List.of(
                TestEntries.sealed(KEY, awkward),
                new Stored.Sealed(new byte[] {1, 2, 3}, new byte[] {4, 5}),
                new Stored.Sealed(new byte[0], new byte[0]),
                new Stored.Sealed(TestEntries.sealed(KEY, awkward).headerBytes(), new byte[3]));
        try (CacheStore store = open()) {
            for (Stored.Sealed record : records) {
                store.replaceAll(Map.of(KEY, record));
                assertThat(get(store, KEY)).isEqualTo(record);
                try (StoreScan scan = store.scan(Selection.ALL)) {
                    assertThat(scan.next().sizeBytes()).isEqualTo(record.sizeBytes());
                }
            }
        }
        assertThat(FilesStoreContractTest.file(folder, KEY).toString()).endsWith(".entry");
    }

    @Test
    void scan_lostVersionsFile_isMadeUpForByTheEntriesThemselves() throws Exception {
        Path file = put(KEY, TestEntries.vector(1f, 2f));
        Path versions = folder.toRealPath()
                .resolve(folder.toRealPath().relativize(file.toRealPath()).getName(0))
                .resolve("versions.txt");
        for (String damage : List.of("", "embedonce-namespace 1\nmodel another\npreproc one\n", "x")) {
            Files.writeString(versions, damage);
            try (CacheStore store = open();
                    StoreScan scan = store.scan(new Selection(KEY.modelVersion(), null, null))) {
                assertThat(scan.next().key()).isEqualTo(KEY);
            }
        }
        put(TestEntries.key(2), TestEntries.vector(1f));
        assertThat(versions).content().contains("model " + KEY.modelVersion() + "\n");
    }

    @Test
    void scan_filesOfOthers_areLeftAlone() throws Exception {
        Path file = put(KEY, TestEntries.vector(1f));
        Files.writeString(file.resolveSibling("notes.txt"), "mine");
        Files.writeString(file.resolveSibling("short.npy"), "mine");
        Files.writeString(folder.resolve("README"), "mine");
        Files.createDirectories(folder.resolve("0".repeat(64)).resolve("aa"));
        try (CacheStore store = open()) {
            assertThat(store.stats().entries()).isEqualTo(1);
            assertThat(store.removeAll(List.of(KEY))).isEqualTo(1);
        }
        assertThat(file.resolveSibling("notes.txt")).hasContent("mine");
    }

    @Test
    void open_folderOfOtherThings_isRefusedAndLeftAlone() throws Exception {
        Files.writeString(folder.resolve("photo.jpg"), "x");
        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(this::open)
                .withMessageContaining("not an EmbedOnce store");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void open_newerLayout_isRefusedClearly() throws Exception {
        put(KEY, TestEntries.vector(1f));
        Files.writeString(folder.resolve("embedonce-files.txt"), "embedonce-files 2\n");
        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(this::open)
                .withMessageContaining("embedonce-files 2")
                .withMessageContaining("newer");
    }

    @Test
    void open_leftoverTemporaryFiles_areRemovedOnceOld() throws Exception {
        put(KEY, TestEntries.vector(1f));
        Path old = Files.writeString(folder.resolve(".tmp").resolve("1-2-3"), "half an entry");
        Path recent = Files.writeString(folder.resolve(".tmp").resolve("1-2-4"), "an entry in the making");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(2 * 3600)));
        open().close();
        assertThat(old).doesNotExist();
        assertThat(recent).exists();
    }

    @Test
    void put_anyOutcome_leavesNoTemporaryFiles() throws Exception {
        try (CacheStore store = open()) {
            store.putAllIfAbsent(TestEntries.batch(0, 30));
            store.putAllIfAbsent(TestEntries.batch(0, 30));
            store.addCounters(Map.of("n", 1L));
        }
        try (Stream<Path> files = Files.list(folder.resolve(".tmp"))) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void getAll_folderGone_isUnavailableAndNotEmpty() throws Exception {
        try (CacheStore store = open()) {
            store.putAllIfAbsent(TestEntries.batch(0, 3));
            try (Stream<Path> files = Files.walk(folder)) {
                List<Path> all = new ArrayList<>(files.toList());
                java.util.Collections.reverse(all);
                for (Path path : all) {
                    Files.delete(path);
                }
            }
            assertThatExceptionOfType(StoreUnavailableException.class)
                    .isThrownBy(() -> store.getAll(List.of(KEY)))
                    .withMessageContaining("gone");
        }
    }

    @Test
    void counters_damagedFile_countsWhatIsLeft() throws Exception {
        try (CacheStore store = open()) {
            store.addCounters(Map.of("a", 1L, "b", 2L));
            Files.writeString(folder.resolve(".counters"), "a 1\nb x\n\u0000\n%zz 3\n");
            assertThat(store.counters()).isEqualTo(Map.of("a", 1L));
            store.addCounters(Map.of("a", 1L));
            assertThat(store.counters()).isEqualTo(Map.of("a", 2L));
        }
    }

    @Test
    void put_fsync_storesTheSame() throws Exception {
        Map<CacheKey, Stored.Sealed> batch = TestEntries.batch(0, 40);
        try (CacheStore store = Stores.open("files:" + folder + "?fsync=true")) {
            assertThat(store.putAllIfAbsent(batch)).isEmpty();
            assertThat(store.getAll(batch.keySet())).isEqualTo(batch);
        }
    }

    @Test
    void open_wrongOptions_areRefused() {
        for (String options : List.of("fsync=yes", "max-bytes=12", "max-bytes=lots", "fsnyc=true")) {
            assertThatExceptionOfType(StoreUrlException.class)
                    .isThrownBy(() -> Stores.open("files:" + folder + "?" + options));
        }
    }

    @Test
    void get_halfPrecisionBundleOfSomeMegabytes_isOnTheHeap() throws Exception {
        Entry entry = new Entry(
                Map.of(
                        "a", Tensor.copyOf(DType.BFLOAT16, new long[] {1 << 20}, ByteBuffer.allocate(2 << 20)),
                        "b", Tensor.ofLongs(new long[] {3}, 1)),
                TestEntries.provenance(1));
        put(KEY, entry);
        try (CacheStore store = open()) {
            Stored stored = get(store, KEY);
            assertThat(stored)
                    .isInstanceOfSatisfying(
                            Stored.Sealed.class,
                            entire -> assertThat(entire.data().isDirect()).isFalse());
            assertThat(CODEC.decode(KEY, stored)).isEqualTo(new Lookup.Hit(entry));
        }
    }
}
