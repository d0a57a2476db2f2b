package dev.embedonce.lab;

import dev.embedonce.lab.experiment.LabEncoder;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Stores;
import java.nio.file.Path;

/** Opens the encoders and stores of a run; the caller closes them. */
interface Equipment {
    /** The batch size of all experiments but the sweep. */
    int BATCH = 16;

    /** The encoder that the run is about. */
    LabEncoder own(int batchSize);

    /**
     * Another model.
     *
     * @param folder where its files may be written
     * @param pixels width and height that it sees pictures in
     */
    LabEncoder other(Path folder, int pixels);

    /**
     * An empty store.
     *
     * @param scheme such as {@code sqlite}
     * @param file that does not exist yet
     */
    default CacheStore store(String scheme, Path file) {
        return Stores.open(scheme + ":" + file);
    }
}
