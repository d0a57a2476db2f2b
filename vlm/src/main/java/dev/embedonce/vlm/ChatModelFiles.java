package dev.embedonce.vlm;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.hub.HubFiles;
import dev.embedonce.model.tokenizer.TokenizerForm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The files of a vision-language model in safetensors. */
public final class ChatModelFiles implements HubFiles {
    private static final String SINGLE = Checkpoint.SINGLE;
    private static final String INDEX = Checkpoint.INDEX;
    private static final String CONFIG = "config.json";
    private static final List<String> WANTED = List.of(
            "preprocessor_config.json",
            "processor_config.json",
            "generation_config.json",
            "chat_template.jinja",
            "chat_template.json");

    @Override
    public boolean isComplete(Path folder) {
        return Files.exists(folder.resolve(CONFIG))
                && TokenizerForm.of(name -> Files.exists(folder.resolve(name))).isPresent()
                && (Files.exists(folder.resolve(SINGLE))
                        || (Files.exists(folder.resolve(INDEX))
                                && shards(folder).stream().allMatch(name -> Files.exists(folder.resolve(name)))));
    }

    @Override
    public Set<String> wanted(Path folder, Set<String> available) {
        Optional<TokenizerForm> tokenizer = TokenizerForm.of(available::contains);
        if (!available.contains(CONFIG)
                || tokenizer.isEmpty()
                || !(available.contains(SINGLE) || available.contains(INDEX))) {
            throw new ModelLoadException("the model lacks " + CONFIG + ", a tokenizer (" + TokenizerForm.names()
                    + "), or " + SINGLE + " or " + INDEX + "; found "
                    + String.join(", ", new TreeSet<>(available)));
        }
        Set<String> files = new LinkedHashSet<>(List.of(CONFIG));
        files.addAll(tokenizer.get().files());
        files.addAll(TokenizerForm.SETTINGS);
        files.addAll(WANTED);
        files.add(available.contains(SINGLE) ? SINGLE : INDEX);
        if (Files.exists(folder.resolve(INDEX))) {
            files.addAll(shards(folder));
        }
        return files;
    }

    private static Set<String> shards(Path folder) {
        return Checkpoint.shards(folder.resolve(INDEX));
    }
}
