package dev.embedonce.hub;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Which files of a model are needed. Some are known only after others have been read, so it is asked repeatedly. */
public interface HubFiles {
    /** Whether a folder has all that is needed, as far as the folder itself tells. */
    boolean isComplete(Path folder);

    /**
     * What is wanted, as far as it is known by now.
     *
     * @param folder what is there so far
     * @param available the names of all the model's files
     * @return names, also of files that are there already or that the model does not have
     * @throws dev.embedonce.error.ModelLoadException if the model does not have what is needed
     */
    Set<String> wanted(Path folder, Set<String> available);

    /** What is to be downloaded next: what is wanted and available and not there. */
    default List<String> missing(Path folder, Set<String> available) {
        return wanted(folder, available).stream()
                .filter(available::contains)
                .filter(name -> !Files.exists(folder.resolve(name)))
                .toList();
    }
}
