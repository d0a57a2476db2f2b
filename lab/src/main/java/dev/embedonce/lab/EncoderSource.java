package dev.embedonce.lab;

import dev.embedonce.lab.experiment.LabEncoder;
import java.nio.file.Path;

/** Opens the encoders of a run; the caller closes them. */
interface EncoderSource {
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
}
