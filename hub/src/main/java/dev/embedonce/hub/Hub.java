package dev.embedonce.hub;

import dev.embedonce.error.ModelLoadException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Gives a model's files as a folder. If the user's cache has them, nothing is asked of the network, not even whether there is
 * something newer; otherwise only the files that are missing are downloaded, each checked against the hub's checksum before it counts.
 * Thread-safe, and safe with several processes.
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
     * A hub with other patience.
     *
     * @param pause before a second attempt; doubled before each further one
     * @param stall how long a connection may give nothing
     */
    Hub(HubSettings settings, HubProgress progress, Duration pause, Duration stall) {
        this.settings = settings;
        this.cache = new HubCache(settings.cache());
        this.client = new HubClient(settings, stall);
        this.download = new HubDownload(client, cache, progress, pause);
    }

    /**
     * The folder with a model's files.
     *
     * @throws ModelLoadException if the model is not to be had; one line with the reason
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
