package dev.embedonce.graph;

import dev.embedonce.error.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Decides which files belong to a model folder. A folder may come from a stranger, and a link in it may lead anywhere;
 * links are followed within the folder, and out of it only into the blobs of the Hugging Face cache that the folder is
 * a snapshot in: {@code models--org--name/snapshots/<commit>/file -> models--org--name/blobs/<etag>}.
 */
public final class ModelFolder {
    private static final String SNAPSHOTS = "snapshots";

    private ModelFolder() {}

    /**
     * Follows the links of a file that was found in a folder.
     *
     * @param name names the file in the error
     * @return its real path
     * @throws ModelLoadException if a link leads out of the folder
     * @throws IOException if one of them does not exist or cannot be read
     */
    public static Path realPath(Path folder, Path file, String name) throws IOException {
        Path real = file.toRealPath();
        if (!holds(folder.toRealPath(), real)) {
            throw new ModelLoadException(name + " is a link out of the model's folder to " + real
                    + "; links are followed within the folder and into the blobs of its hub cache only");
        }
        return real;
    }

    private static boolean holds(Path folder, Path real) {
        if (real.startsWith(folder)) {
            return true;
        }
        Path repository = hubRepository(folder);
        return repository != null && isBlob(repository.resolve("blobs"), real);
    }

    private static boolean isBlob(Path blobs, Path real) {
        return blobs.equals(real.getParent()) && Files.isDirectory(blobs, LinkOption.NOFOLLOW_LINKS);
    }

    /** The {@code models--org--name} of which the folder is a snapshot, or lies in one; null if it does not. */
    private static @Nullable Path hubRepository(Path realFolder) {
        Path above = realFolder.getParent();
        while (above != null && !above.endsWith(SNAPSHOTS)) {
            above = above.getParent();
        }
        return above == null ? null : above.getParent();
    }
}
