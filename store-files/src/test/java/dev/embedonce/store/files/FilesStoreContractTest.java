package dev.embedonce.store.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreCapabilities;
import dev.embedonce.testkit.CacheStoreContract;
import dev.embedonce.testkit.CorruptionContract;
import dev.embedonce.testkit.CrashContract;
import dev.embedonce.testkit.FolderContract;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.io.TempDir;

/** What every store must do, for a folder. */
class FilesStoreContractTest extends CacheStoreContract implements CorruptionContract, CrashContract, FolderContract {
    private static final AtomicInteger FOLDERS = new AtomicInteger();
    private static final int TAIL_BYTES = 12;

    private record Tampered(String bytes, int headerEnd) {}

    private final Map<Path, Tampered> tampered = new HashMap<>();

    @TempDir
    static Path temp;

    @Override
    public String newUrl() {
        return urlIn(temp.resolve("store" + FOLDERS.incrementAndGet()));
    }

    @Override
    public String urlIn(Path folder) {
        return "files:" + folder;
    }

    @Override
    public StoreCapabilities capabilities() {
        return new StoreCapabilities(true, true, Integer.MAX_VALUE - 1024);
    }

    @Override
    public Optional<CacheStore> open(String url, Clock clock) {
        return Optional.of(FilesCacheStore.open(
                Path.of(url.substring("files:".length())), false, FilesCacheStore.UNBOUNDED, clock));
    }

    @Override
    public void tamper(
            String url, CacheStore store, CacheKey key, UnaryOperator<byte[]> onHeader, UnaryOperator<byte[]> onPayload)
            throws IOException {
        Path file = file(Path.of(url.substring("files:".length())), key);
        byte[] bytes = Files.readAllBytes(file);
        byte[] changed = switch (EntryFile.ofName(file.toString()).orElseThrow()) {
            case NPY -> npy(bytes, onHeader, onPayload);
            case SAFETENSORS -> safetensors(file, bytes, onHeader, onPayload);
            case LINK -> concat(onHeader.apply(bytes), onPayload.apply(new byte[0]));
            case RAW -> throw new AssertionError("no record of the contract is of an unknown format");
        };
        Files.write(file, changed);
    }

    private static byte[] npy(byte[] bytes, UnaryOperator<byte[]> onHeader, UnaryOperator<byte[]> onPayload) {
        int tail = bytes.length - TAIL_BYTES;
        int header =
                tail - ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(tail);
        byte[] newHeader = onHeader.apply(Arrays.copyOfRange(bytes, header, tail));
        byte[] newPayload = onPayload.apply(Arrays.copyOfRange(bytes, EntryFile.NPY_BYTES, header));
        byte[] newTail = Arrays.copyOfRange(bytes, tail, bytes.length);
        ByteBuffer.wrap(newTail).order(ByteOrder.LITTLE_ENDIAN).putInt(newHeader.length);
        return concat(Arrays.copyOf(bytes, EntryFile.NPY_BYTES), newPayload, newHeader, newTail);
    }

    /**
     * The payload is the file without our header: eight bytes with the length of what is left of the JSON, the JSON
     * after our header, and the data. Where our header ends is remembered, since it cannot be told from a payload of
     * random bytes.
     */
    private byte[] safetensors(
            Path file, byte[] bytes, UnaryOperator<byte[]> onHeader, UnaryOperator<byte[]> onPayload) {
        byte[] start = "{\"__metadata__\":{\"embedonce\":\"".getBytes(StandardCharsets.US_ASCII);
        int from = Long.BYTES + start.length;
        Tampered before = tampered.get(file);
        boolean ours = before != null && before.bytes().equals(HexFormat.of().formatHex(bytes));
        int to = before != null && ours ? before.headerEnd() : from;
        while (!ours && bytes[to] != '"') {
            to++;
        }
        byte[] header = Base64.getDecoder().decode(Arrays.copyOfRange(bytes, from, to));
        byte[] newHeader = Base64.getEncoder().encode(onHeader.apply(header));
        byte[] payload = Arrays.copyOfRange(bytes, to - Long.BYTES, bytes.length);
        ByteBuffer lengths = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).putLong(lengths.getLong() - (to - from));
        byte[] newPayload = onPayload.apply(payload);
        byte[] atLeastALength = Arrays.copyOf(newPayload, Math.max(newPayload.length, Long.BYTES));
        long jsonBytes =
                ByteBuffer.wrap(atLeastALength).order(ByteOrder.LITTLE_ENDIAN).getLong() + newHeader.length;
        byte[] length = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(jsonBytes)
                .array();
        byte[] changed =
                concat(length, start, newHeader, Arrays.copyOfRange(atLeastALength, Long.BYTES, atLeastALength.length));
        tampered.put(file, new Tampered(HexFormat.of().formatHex(changed), from + newHeader.length));
        return changed;
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** The one file of a key, found as a person would: by its name, which is the content hash. */
    static Path file(Path folder, CacheKey key) throws IOException {
        String namespace = new Folder.Versions(key.modelVersion(), key.preprocVersion()).namespace();
        try (var files = Files.walk(folder.resolve(namespace))) {
            var found = files.filter(file -> String.valueOf(file.getFileName())
                            .startsWith(key.contentHash().hex() + "."))
                    .toList();
            assertThat(found).hasSize(1);
            return found.get(0);
        }
    }
}
