package dev.embedonce.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.testkit.HubServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubTest {
    private static final HubId ID = new HubId("org/name", HubId.MAIN);
    private static final Duration PAUSE = Duration.ofMillis(1);
    private static final Duration STALL = Duration.ofSeconds(30);
    private static final byte[] SETTINGS = "{\"a\": 1}".getBytes(StandardCharsets.UTF_8);
    private static final byte[] WEIGHTS = noise(300_000);

    /** Both files of the model, and no other. */
    private static final HubFiles FILES = files("sub/config.json", "weights.bin");

    @TempDir
    Path folder;

    private HubServer server = new HubServer();

    @BeforeEach
    void model() {
        server.small("sub/config.json", SETTINGS);
        server.large("weights.bin", WEIGHTS);
        server.large("unneeded.bin", WEIGHTS);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static byte[] noise(int size) {
        byte[] bytes = new byte[size];
        new Random(5).nextBytes(bytes);
        return bytes;
    }

    private static HubFiles files(String... names) {
        return new HubFiles() {
            @Override
            public boolean isComplete(Path folder) {
                return Arrays.stream(names).allMatch(name -> Files.exists(folder.resolve(name)));
            }

            @Override
            public Set<String> wanted(Path folder, Set<String> available) {
                return new LinkedHashSet<>(List.of(names));
            }
        };
    }

    private HubSettings settings(boolean offline, Optional<String> token) {
        return new HubSettings(folder.resolve("hub"), server.endpoint(), offline, token);
    }

    private Hub hub() {
        return hub(settings(false, Optional.empty()), HubProgress.NONE);
    }

    private static Hub hub(HubSettings settings, HubProgress progress) {
        return new Hub(settings, progress, PAUSE, STALL);
    }

    private Path repository() {
        return folder.resolve("hub/models--org--name");
    }

    private Path blob(String name) {
        return repository().resolve("blobs").resolve(server.etag(name));
    }

    private Path incomplete(String name) {
        return repository().resolve("blobs").resolve(server.etag(name) + ".embedonce.incomplete");
    }

    private void assertDownloaded(Path snapshot) throws IOException {
        assertThat(snapshot.resolve("weights.bin")).hasBinaryContent(WEIGHTS);
        assertThat(snapshot.resolve("sub/config.json")).hasBinaryContent(SETTINGS);
        try (Stream<Path> blobs = Files.list(repository().resolve("blobs"))) {
            assertThat(blobs).containsExactlyInAnyOrder(blob("weights.bin"), blob("sub/config.json"));
        }
    }

    private void assertRefused(String... reasons) {
        assertThatThrownBy(() -> hub().folder(ID, FILES))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContainingAll(reasons)
                .hasMessageNotContaining("\n");
    }

    @Test
    void folder_freshCache_hasPythonsLayout() throws IOException {
        Path snapshot = hub().folder(ID, FILES);

        assertDownloaded(snapshot);
        assertThat(snapshot).isEqualTo(repository().resolve("snapshots").resolve(HubServer.COMMIT));
        assertThat(repository().resolve("refs/main")).hasContent(HubServer.COMMIT);
        assertThat(Files.readSymbolicLink(snapshot.resolve("weights.bin")))
                .isEqualTo(Path.of("../../blobs", server.etag("weights.bin")));
        assertThat(Files.readSymbolicLink(snapshot.resolve("sub/config.json")))
                .isEqualTo(Path.of("../../../blobs", server.etag("sub/config.json")));
        assertThat(server.log).noneMatch(line -> line.contains("unneeded"));
    }

    @Test
    void folder_secondTime_asksNothing() {
        Path first = hub().folder(ID, FILES);
        server.log.clear();

        assertThat(hub().folder(ID, FILES)).isEqualTo(first);
        assertThat(server.log).isEmpty();
    }

    @Test
    void folder_filesThatPythonDownloaded_areReadOffline() throws IOException {
        Path snapshot = repository().resolve("snapshots/" + HubServer.COMMIT);
        Files.createDirectories(snapshot.resolve("sub"));
        Path blobs = Files.createDirectories(repository().resolve("blobs"));
        Files.write(blobs.resolve("aaaa"), SETTINGS);
        Files.write(blobs.resolve("bbbb"), WEIGHTS);
        Files.createSymbolicLink(snapshot.resolve("sub/config.json"), Path.of("../../../blobs/aaaa"));
        Files.createSymbolicLink(snapshot.resolve("weights.bin"), Path.of("../../blobs/bbbb"));
        Files.createDirectories(repository().resolve("refs"));
        Files.writeString(repository().resolve("refs/main"), HubServer.COMMIT);

        Path found = hub(settings(true, Optional.empty()), HubProgress.NONE).folder(ID, FILES);

        assertThat(found).isEqualTo(snapshot);
        assertThat(server.log).isEmpty();
    }

    @Test
    void folder_partlyCached_downloadsTheRest() throws IOException {
        hub().folder(ID, files("sub/config.json"));
        server.log.clear();

        assertDownloaded(hub().folder(ID, FILES));
        assertThat(server.downloads("sub/config.json")).isEmpty();
        assertThat(server.downloads("weights.bin")).hasSize(1);
    }

    @Test
    void folder_commitOrTag_isKeptUnderItsOwnName() {
        HubId tag = new HubId("org/name", "v1.0");
        HubId commit = new HubId("org/name", HubServer.COMMIT);

        Path byTag = hub().folder(tag, FILES);
        server.log.clear();

        assertThat(repository().resolve("refs/v1.0")).hasContent(HubServer.COMMIT);
        assertThat(hub().folder(commit, FILES)).isEqualTo(byTag);
        assertThat(server.log).isEmpty();
        assertThat(repository().resolve("refs/" + HubServer.COMMIT)).doesNotExist();
        assertThat(repository().resolve("refs/main")).doesNotExist();
    }

    @Test
    void download_brokenConnection_goesOnWhereItStopped() throws IOException {
        server.breaks.addAll(List.of(1 << 20, 100_000, 120_000));

        assertDownloaded(hub().folder(ID, FILES));

        List<String> asked = server.downloads("weights.bin");
        assertThat(asked).hasSize(3);
        assertThat(asked.get(0)).contains("range=null");
        assertThat(from(asked.get(1))).isPositive().isLessThanOrEqualTo(100_000);
        assertThat(from(asked.get(2))).isGreaterThan(from(asked.get(1)));
    }

    private static int from(String logLine) {
        return Integer.parseInt(logLine.replaceAll(".*range=bytes=(\\d+)-.*", "$1"));
    }

    @Test
    void download_connectionThatBringsNothing_isGivenUp() {
        for (int i = 0; i < 20; i++) {
            server.breaks.add(0);
        }

        assertRefused("org/name", "cannot be downloaded");
        assertThat(server.downloads("sub/config.json")).hasSize(5);
    }

    @Test
    void download_connectionThatStalls_isBrokenAndGoneOnWith() throws IOException {
        server.stallInsteadOfBreaking = true;
        server.breaks.addAll(List.of(1 << 20, 100_000));
        Hub impatient = new Hub(settings(false, Optional.empty()), HubProgress.NONE, PAUSE, Duration.ofMillis(500));

        assertDownloaded(impatient.folder(ID, FILES));

        assertThat(server.downloads("weights.bin")).hasSizeGreaterThanOrEqualTo(2);
        assertThat(from(server.downloads("weights.bin").get(1))).isPositive();
    }

    @Test
    void download_afterADeadProcess_goesOnWithItsFile() throws IOException {
        Files.createDirectories(repository().resolve("blobs"));
        Files.write(incomplete("weights.bin"), Arrays.copyOf(WEIGHTS, 200_000));

        assertDownloaded(hub().folder(ID, FILES));

        assertThat(server.downloads("weights.bin")).singleElement().asString().contains("range=bytes=200000-");
    }

    @Test
    void download_leftoverThatIsWrong_isDownloadedAnew() throws IOException {
        Files.createDirectories(repository().resolve("blobs"));
        Files.write(incomplete("weights.bin"), new byte[200_000]);

        assertDownloaded(hub().folder(ID, FILES));
    }

    @Test
    void download_leftoverThatIsTooLong_isDownloadedAnew() throws IOException {
        Files.createDirectories(repository().resolve("blobs"));
        Files.write(incomplete("weights.bin"), new byte[400_000]);

        assertDownloaded(hub().folder(ID, FILES));
    }

    @Test
    void download_serverWithoutRanges_startsAgain() throws IOException {
        server.ignoreRanges = true;
        server.breaks.addAll(List.of(1 << 20, 100_000));

        assertDownloaded(hub().folder(ID, FILES));
    }

    @Test
    void download_wrongContent_isNeverKept() {
        byte[] forged = WEIGHTS.clone();
        forged[123_456] ^= 1;
        server.forged.put("weights.bin", forged);

        assertRefused("weights.bin", "wrong checksum", "expected " + server.etag("weights.bin"));
        assertThat(blob("weights.bin")).doesNotExist();
        assertThat(incomplete("weights.bin")).doesNotExist();
        assertThat(repository().resolve("refs/main")).doesNotExist();
    }

    @Test
    void download_wrongSmallFile_isNeverKept() {
        server.forged.put("sub/config.json", "{\"a\": 2}".getBytes(StandardCharsets.UTF_8));

        assertRefused("sub/config.json", "wrong checksum", "expected " + server.etag("sub/config.json"));
    }

    @Test
    void download_emptyFile() throws IOException {
        server.small("empty.txt", new byte[0]);

        Path snapshot = hub().folder(ID, files("empty.txt"));

        assertThat(snapshot.resolve("empty.txt")).isEmptyFile();
    }

    @Test
    void token_goesToTheHubAndToNobodyElse() {
        hub(settings(false, Optional.of("secret")), HubProgress.NONE).folder(ID, FILES);

        assertThat(server.log).anyMatch(line -> line.startsWith("storage "));
        assertThat(server.log).allSatisfy(line -> {
            assertThat(line).contains(line.startsWith("hub ") ? "auth=Bearer secret" : "auth=null");
        });
    }

    @Test
    void redirect_ofARenamedModel_isFollowed() throws IOException {
        server.renamedFrom = "old/name";
        HubId old = new HubId("old/name", HubId.MAIN);

        Path snapshot = hub().folder(old, FILES);

        assertThat(snapshot.resolve("weights.bin")).hasBinaryContent(WEIGHTS);
        assertThat(snapshot.toString()).contains("models--old--name");
    }

    @Test
    void answer_refusals_areClear() {
        server.statuses.add(401);
        assertRefused("model 'org/name'", "does not exist, or is private", "HF_TOKEN", "401");
        server.statuses.add(403);
        assertRefused("model 'org/name'", "access is denied", "403");
        server.statuses.add(404);
        assertRefused("model 'org/name'", "does not exist on the hub", "404");
        assertThat(server.log).hasSize(3);
    }

    @Test
    void answer_noSuchModel_namesIt() {
        assertThatThrownBy(() -> hub().folder(new HubId("org/other", HubId.MAIN), FILES))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContainingAll("org/other", "does not exist", "RepoNotFound");
    }

    @Test
    void answer_busyOrFailing_isAskedAgain() throws IOException {
        server.statuses.addAll(List.of(503, 429, 500));

        assertDownloaded(hub().folder(ID, FILES));
    }

    @Test
    void answer_failingForEver_isGivenUp() {
        for (int i = 0; i < 20; i++) {
            server.statuses.add(503);
        }

        assertRefused("org/name", "503");
        assertThat(server.log).hasSize(5);
    }

    @Test
    void answer_thatIsNoHub_isClear() {
        server.close();
        server = new HubServer();

        assertRefused("does not speak the hub's language");
    }

    @Test
    void endpoint_thatIsNotThere_isOneLineAtOnce() {
        URI nowhere = server.endpoint();
        server.close();
        HubSettings settings = new HubSettings(folder.resolve("hub"), nowhere, false, Optional.empty());

        assertThatThrownBy(() -> new Hub(settings, HubProgress.NONE).folder(ID, FILES))
                .isInstanceOf(ModelLoadException.class)
                .hasMessage("model 'org/name' cannot be downloaded from " + nowhere + ": no connection");
        server = new HubServer();
    }

    @Test
    void offline_notCached_asksNothingAndSaysSo() {
        assertThatThrownBy(() ->
                        hub(settings(true, Optional.empty()), HubProgress.NONE).folder(ID, FILES))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContainingAll(
                        "org/name", "HF_HUB_OFFLINE", repository().toString());
        assertThat(server.log).isEmpty();
    }

    @Test
    void find_folderOrFileOfAnEnding_isItself_elseTheHubs() throws IOException {
        Path file = Files.createFile(folder.resolve("model.onnx"));
        assertThat(hub().find(folder.toString(), FILES)).isEqualTo(folder);
        assertThat(hub().find(file.toString(), FILES, ".onnx")).isEqualTo(file);
        assertThat(hub().find("org/name", FILES, ".onnx")).isEqualTo(hub().folder(ID, FILES));
        for (String unknown : List.of(file.toString(), "nowhere", "no\0path")) {
            assertThatThrownBy(() -> hub().find(unknown, FILES, ".bin"))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessage("unknown model '" + unknown
                            + "': there is no such folder or .bin file, and it is no organisation/name on the hub");
        }
    }

    @Test
    void missing_nameOutsideOfTheModel_isRefused() {
        server.small("../../../evil", new byte[1]);
        assertThatThrownBy(() -> hub().folder(ID, files("../../../evil")))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("'../../../evil'");
    }

    @Test
    void progress_endsWithTheWholeFile() {
        List<String> heard = new ArrayList<>();

        hub(settings(false, Optional.empty()), (file, done, total) -> heard.add(file + " " + done + "/" + total))
                .folder(ID, FILES);

        assertThat(heard).contains("sub/config.json 8/8").endsWith("weights.bin 300000/300000");
    }

    @Test
    void folder_manyThreadsAtOnce_downloadEachFileOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<Callable<Path>> work = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                work.add(() -> hub().folder(ID, FILES));
            }
            for (Future<Path> answer : threads.invokeAll(work)) {
                assertDownloaded(answer.get());
            }
        } finally {
            threads.shutdown();
        }
        assertThat(server.downloads("weights.bin")).hasSize(1);
    }

    /** On Windows links need a privilege that most users have not. */
    @Test
    void linkOrCopy_linksNeedAPrivilege_copies(@TempDir Path temp) throws Exception {
        Path content = Files.writeString(temp.resolve("blob"), "weights");
        Path link = temp.resolve("model.safetensors");
        HubCache.linkOrCopy(link, Path.of("blob"), content, (from, to, attributes) -> {
            throw new FileSystemException(
                    from.toString(), to.toString(), "A required privilege is not held by the client");
        });
        assertThat(link).hasContent("weights");
        assertThat(Files.isSymbolicLink(link)).isFalse();
        HubCache.linkOrCopy(temp.resolve("linked"), Path.of("blob"), content, Files::createSymbolicLink);
        assertThat(Files.isSymbolicLink(temp.resolve("linked"))).isTrue();
    }
}
