package dev.embedonce.vlm;

import dev.embedonce.encoder.hub.Hub;
import dev.embedonce.encoder.hub.HubFiles;
import dev.embedonce.encoder.hub.HubId;
import dev.embedonce.encoder.hub.HubProgress;
import dev.embedonce.encoder.hub.HubSettings;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.safetensors.Checkpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Finds the folder of a model by what a user calls it: a path, or {@code organisation/name} on the hub. */
public final class ModelFolders {
    private ModelFolders() {}

    /**
     * The folder with the model's files, downloaded first if need be.
     *
     * @throws ModelLoadException if there is no such folder, and no such model on the hub
     */
    public static Path find(String model, HubSettings hub, HubProgress progress) {
        Path folder = Path.of(model);
        if (Files.isDirectory(folder)) {
            return folder;
        }
        HubId id = HubId.parse(model)
                .orElseThrow(() -> new ModelLoadException(
                        model + ": no such folder, and no organisation/name of a model on the hub"));
        return new Hub(hub, progress).folder(id, new ChatModelFiles());
    }

    /** The files of a vision-language model in safetensors. */
    private static final class ChatModelFiles implements HubFiles {
        private static final String SINGLE = Checkpoint.SINGLE;
        private static final String INDEX = Checkpoint.INDEX;
        private static final List<String> NEEDED = List.of("config.json", "tokenizer.json");
        private static final List<String> WANTED = List.of(
                "preprocessor_config.json",
                "processor_config.json",
                "tokenizer_config.json",
                "generation_config.json",
                "chat_template.jinja",
                "chat_template.json");

        @Override
        public boolean isComplete(Path folder) {
            return NEEDED.stream().allMatch(name -> Files.exists(folder.resolve(name)))
                    && (Files.exists(folder.resolve(SINGLE))
                            || (Files.exists(folder.resolve(INDEX))
                                    && shards(folder).stream().allMatch(name -> Files.exists(folder.resolve(name)))));
        }

        @Override
        public List<String> missing(Path folder, Set<String> available) {
            Set<String> files = new LinkedHashSet<>(NEEDED);
            files.addAll(WANTED);
            files.add(available.contains(SINGLE) ? SINGLE : INDEX);
            if (!available.containsAll(NEEDED) || !(available.contains(SINGLE) || available.contains(INDEX))) {
                throw new ModelLoadException("the model lacks one of " + String.join(", ", NEEDED) + ", " + SINGLE
                        + " or " + INDEX + "; found " + String.join(", ", new TreeSet<>(available)));
            }
            if (Files.exists(folder.resolve(INDEX))) {
                files.addAll(shards(folder));
            }
            files.retainAll(available);
            return files.stream()
                    .filter(name -> !Files.exists(folder.resolve(name)))
                    .toList();
        }

        private static Set<String> shards(Path folder) {
            return Checkpoint.shards(folder.resolve(INDEX));
        }
    }
}
