package dev.embedonce.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether a digest was remembered is seen by planting a false one: only a memo can give it back. */
class FileDigestsTest {
    private static final Clock LATER = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(10));

    @TempDir
    Path folder;

    private Path file = Path.of("");
    private Path memo = Path.of("");

    @BeforeEach
    void file() throws IOException {
        file = Files.write(folder.resolve("weights.bin"), "some weights".getBytes(StandardCharsets.UTF_8));
        memo = folder.resolve("cache/file-digests.txt");
    }

    private String digest(Clock clock, boolean rehash) {
        try (FileDigests digests = new FileDigests(folder.resolve("cache"), rehash, clock)) {
            return digests.sha256(file);
        }
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private String trueDigest() throws Exception {
        return sha256(Files.readAllBytes(file));
    }

    /** Makes the memo say something false about the file, with a valid checksum. */
    private String plant() throws IOException {
        FileStamp stamp = FileStamp.of(file).orElseThrow();
        String lie = "f".repeat(64);
        new DigestMemo(memo).add(java.util.Map.of(new DigestMemo.Range(stamp, 0, stamp.size()), lie));
        return lie;
    }

    @Test
    void sha256_isTheFilesOwn() throws Exception {
        assertThat(digest(LATER, false)).isEqualTo(trueDigest());
    }

    @Test
    void sha256_ofPart() throws Exception {
        try (FileDigests digests = new FileDigests(folder.resolve("cache"), false, LATER)) {
            assertThat(digests.sha256(file, 5, 7)).isEqualTo(sha256("weights".getBytes(StandardCharsets.UTF_8)));
            assertThat(digests.sha256(file, 0, 4)).isEqualTo(sha256("some".getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void sha256_unchangedFile_isRemembered() throws Exception {
        String lie = plant();

        assertThat(digest(LATER, false)).isEqualTo(lie);
    }

    @Test
    void sha256_settledFile_isWrittenToTheMemo() throws Exception {
        digest(LATER, false);

        assertThat(new DigestMemo(memo).read().values()).containsExactly(trueDigest());
    }

    @Test
    void sha256_fileChangedWithinTwoSeconds_isNotRemembered() throws Exception {
        digest(Clock.systemUTC(), false);

        assertThat(memo).doesNotExist();
    }

    @Test
    void sha256_fileFromTheFuture_isNotRemembered() throws Exception {
        digest(Clock.offset(Clock.systemUTC(), Duration.ofHours(-1)), false);

        assertThat(memo).doesNotExist();
    }

    @Test
    void sha256_rehash_readsTheFileAndCorrectsTheMemo() throws Exception {
        plant();

        assertThat(digest(LATER, true)).isEqualTo(trueDigest());
        assertThat(digest(LATER, false)).isEqualTo(trueDigest());
    }

    @Test
    void sha256_editThatKeepsSizeAndModificationTime_isSeen() throws Exception {
        plant();
        var time = Files.getLastModifiedTime(file);
        Files.write(file, "SOME WEIGHTS".getBytes(StandardCharsets.UTF_8));
        Files.setLastModifiedTime(file, time);

        assertThat(digest(LATER, false)).isEqualTo(trueDigest());
    }

    @Test
    void sha256_otherFileInItsPlace_isSeen() throws Exception {
        plant();
        Path other = Files.write(folder.resolve("other"), "SOME WEIGHTS".getBytes(StandardCharsets.UTF_8));
        Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
        Files.move(other, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        assertThat(digest(LATER, false)).isEqualTo(trueDigest());
    }

    @Test
    void memo_everyFlippedBit_isPassedOverOrHarmless() throws Exception {
        digest(LATER, false);
        byte[] good = Files.readAllBytes(memo);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 1;
            Files.write(memo, bad);
            assertThat(digest(LATER, false)).isEqualTo(trueDigest());
        }
    }

    @Test
    void memo_everyTruncation_isPassedOver() throws Exception {
        digest(LATER, false);
        byte[] good = Files.readAllBytes(memo);
        for (int length = 0; length < good.length; length++) {
            Files.write(memo, Arrays.copyOf(good, length));
            assertThat(digest(LATER, false)).isEqualTo(trueDigest());
        }
    }

    @Test
    void memo_damagedLine_doesNotSpoilTheOthers() throws Exception {
        String lie = plant();
        Files.write(memo, new byte[] {(byte) 0xc3, 'x', '\n'}, StandardOpenOption.APPEND);
        assertThat(digest(LATER, false)).isIn(lie, trueDigest());
        plant();
        Files.writeString(memo, "1 2 3\nnonsense\n", StandardOpenOption.APPEND);

        assertThat(digest(LATER, false)).isEqualTo(lie);
    }

    @Test
    void memo_thatCannotBeWritten_costsNothingButTime() throws Exception {
        Files.writeString(folder.resolve("cache"), "a file where the folder should be");

        assertThat(digest(LATER, false)).isEqualTo(trueDigest());
    }

    @Test
    void memo_forgetsEarlierStatesOfAFile() throws Exception {
        digest(LATER, false);
        Files.write(file, "other weights".getBytes(StandardCharsets.UTF_8));
        digest(LATER, false);

        assertThat(new DigestMemo(memo).read().values()).containsExactly(trueDigest());
    }

    @Test
    void memo_writtenByManyAtOnce_staysReadable() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                Path own = Files.writeString(folder.resolve("file" + i), "content " + i);
                answers.add(threads.submit(() -> {
                    try (FileDigests digests = new FileDigests(folder.resolve("cache"), false, LATER)) {
                        return digests.sha256(own);
                    }
                }));
            }
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).isEqualTo(sha256(("content " + i).getBytes(StandardCharsets.UTF_8)));
            }
        } finally {
            threads.shutdown();
        }
        assertThat(new DigestMemo(memo).read()).isNotEmpty();
        try (var files = Files.list(memo.getParent())) {
            assertThat(files).containsExactly(memo);
        }
    }

    @Test
    void requireUnchanged_namesAFileThatChanged() throws Exception {
        try (FileDigests digests = new FileDigests(folder.resolve("cache"), false, LATER)) {
            digests.sha256(file);
            digests.requireUnchanged();
            Files.write(file, "SOME WEIGHTS".getBytes(StandardCharsets.UTF_8));

            assertThatThrownBy(digests::requireUnchanged)
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessage(file + ": changed while it was being loaded");
        }
    }

    @Test
    void sha256_missingFile_isNamed() {
        try (FileDigests digests = new FileDigests(folder.resolve("cache"), false, LATER)) {
            assertThatThrownBy(() -> digests.sha256(folder.resolve("absent")))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("absent");
        }
    }
}
