package dev.embedonce.hub;

import dev.embedonce.error.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds a model by its name, and gives its files as a folder. If the user's cache has them, nothing is asked of the
 * network, not even whether there is something newer; otherwise only the files that are missing are downloaded, each
 * checked against the hub's checksum before it counts. Thread-safe, and safe with several processes.
 */
public final class Hub {
    private final HubSettings settings;
    private final HubCache cache;
    private final HubClient client;
    private final HubDownload download;

    public Hub(HubSettings settings, HubProgress progress) {
        this(settings, progress, Duration.ofSeconds(1), Duration.ofSeconds(60));
    }

    /**
     * A hub with other time limits.
     *
     * @param pause before a second attempt; doubled before each further one
     * @param stall how long a connection may be silent
     */
    Hub(HubSettings settings, HubProgress progress, Duration pause, Duration stall) {
        this.settings = settings;
        this.cache = new HubCache(settings.cache());
        this.client = new HubClient(settings, stall);
        this.download = new HubDownload(client, cache, progress, pause);
    }

    /**
     * Where the model is that a user calls so: a folder, a file of one of the given endings, or {@code
     * organisation/name[@revision]} on the hub, then as {@link #folder} gives it.
     *
     * @param endings of files that are models by themselves, such as {@code .onnx}
     * @throws ModelLoadException if there is no such model; one line with the reason
     */
    public Path find(String model, HubFiles files, String... endings) {
        Optional<Path> local = local(model, List.of(endings));
        if (local.isPresent()) {
            return local.get();
        }
        HubId id = HubId.parse(model)
                .orElseThrow(() -> new ModelLoadException("unknown model '" + model + "': there is no such folder"
                        + Arrays.stream(endings)
                                .map(ending -> " or " + ending + " file")
                                .collect(Collectors.joining())
                        + ", and it is no organisation/name on the hub"));
        return folder(id, files);
    }

    private static Optional<Path> local(String model, List<String> endings) {
        try {
            Path path = Path.of(model);
            boolean isModel = Files.isDirectory(path)
                    || (Files.isRegularFile(path) && endings.stream().anyMatch(model::endsWith));
            return isModel ? Optional.of(path) : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /**
     * The folder with a model's files.
     *
     * @throws ModelLoadException if the model cannot be had; one line with the reason
     */
    public Path folder(HubId id, HubFiles files) {
        Optional<Path> cached = cache.snapshot(id).filter(files::isComplete);
        if (cached.isPresent()) {
            return cached.get();
        }
        if (settings.offline()) {
            throw new ModelLoadException("model '" + id + "' is not in the hub cache (looked in " + cache.repository(id)
                    + "), and HF_HUB_OFFLINE forbids downloading it");
        }
        try {
            HubClient.Listing listing = download.patiently(() -> client.list(id));
            Path folder = cache.snapshot(id, listing.commit());
            for (List<String> missing = files.missing(folder, listing.files());
                    !missing.isEmpty();
                    missing = files.missing(folder, listing.files())) {
                for (String name : missing) {
                    download.fetch(id, listing.commit(), name);
                }
            }
            cache.putReference(id, listing.commit());
            return folder;
        } catch (IOException e) {
            throw new ModelLoadException(
                    "model '" + id + "' cannot be downloaded from " + settings.endpoint() + ": "
                            + HubClient.describe(e),
                    e);
        }
    }
}
