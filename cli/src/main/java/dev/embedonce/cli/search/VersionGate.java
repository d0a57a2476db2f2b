package dev.embedonce.cli.search;

import dev.embedonce.cli.terminal.CliException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Admits rows whose vectors come from the query's encoder: the cosine of vectors of two encoders means nothing. */
final class VersionGate {
    private final Path file;
    private final String modelVersion;
    private final String preprocVersion;
    private final boolean force;
    private boolean differs;

    /** With {@code force}, others are admitted too, and that is remembered. */
    VersionGate(Path file, String modelVersion, String preprocVersion, boolean force) {
        this.file = file;
        this.modelVersion = modelVersion;
        this.preprocVersion = preprocVersion;
        this.force = force;
    }

    /**
     * Checks one row.
     *
     * @throws CliException if its versions differ and that is not forced; it names both
     */
    void check(Hit hit) {
        boolean model = !modelVersion.equals(hit.modelVersion());
        boolean preproc = !preprocVersion.equals(hit.preprocVersion());
        if (!model && !preproc) {
            return;
        }
        if (!force) {
            throw new CliException(file + ", row " + hit.row() + ": its vectors cannot be compared with the query's: "
                    + (model
                            ? difference("model_version", hit.modelVersion(), modelVersion)
                            : difference("preproc_version", hit.preprocVersion(), preprocVersion))
                    + "; choose the model it was made with (--model, --normalize, --profile), or --force");
        }
        differs = true;
    }

    private static String difference(String what, @Nullable String file, String query) {
        return "the file's " + what + " is " + (file == null ? "not said" : file) + ", the query's is " + query;
    }

    /** Whether rows of other versions were admitted. */
    boolean differs() {
        return differs;
    }
}
