package dev.embedonce.hub;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Which files of a model are needed. Some are known only after others have been read, so it is asked again and again. */
public interface HubFiles {
    /** Whether a folder has all that is needed, as far as the folder itself tells. */
    boolean isComplete(Path folder);

    /**
     * What is to be downloaded next.
     *
     * @param folder what is there so far
     * @param available the names of all the model's files
     * @return names out of {@code available}; none when nothing is missing any more
     * @throws dev.embedonce.error.ModelLoadException if the model does not have what is needed
     */
    List<String> missing(Path folder, Set<String> available);
}
