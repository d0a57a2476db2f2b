package dev.embedonce.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The JSON files of a model folder, each read when it is first asked for, and once; none larger than any that is
 * published. Thread-safe.
 */
public final class JsonFiles {
    private static final long MOST_BYTES = 64L << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final Map<String, Optional<JsonNode>> trees = new ConcurrentHashMap<>();

    public JsonFiles(Path directory) {
        this.directory = directory;
    }

    public Path directory() {
        return directory;
    }

    /**
     * The content of a file, not to be changed; empty if there is none.
     *
     * @param name of the file, or its path below the folder
     * @throws ModelLoadException if it is there and is not JSON, or too large
     */
    public Optional<JsonNode> tree(String name) {
        return trees.computeIfAbsent(name, file -> read(directory.resolve(file)));
    }

    /**
     * The object in a file, not to be changed; an empty one if there is no such file.
     *
     * @throws ModelLoadException if it is there and is no JSON object
     */
    public ObjectNode object(String name) {
        return tree(name).map(json -> object(directory.resolve(name), json)).orElseGet(JSON::createObjectNode);
    }

    /**
     * The settings in a file; empty if there is none.
     *
     * @throws ModelLoadException if it is there and is no JSON object
     */
    public Optional<ModelConfig> config(String name) {
        return tree(name).map(json -> new ModelConfig(directory.resolve(name), object(directory.resolve(name), json)));
    }

    /**
     * The settings in a file that every such model has.
     *
     * @throws ModelLoadException if it is missing or no JSON object
     */
    public ModelConfig required(String name) {
        return config(name).orElseThrow(() -> missing(directory.resolve(name)));
    }

    static ModelLoadException missing(Path file) {
        return new ModelLoadException(file + ": no such file");
    }

    static ObjectNode object(Path file, JsonNode json) {
        if (json instanceof ObjectNode object) {
            return object;
        }
        throw new ModelLoadException(file + ": expected a JSON object, found " + json.getNodeType());
    }

    static Optional<JsonNode> read(Path file) {
        try {
            long size = Files.size(file);
            if (size > MOST_BYTES) {
                throw new ModelLoadException(file + ": expected at most " + MOST_BYTES + " bytes, found " + size);
            }
            return Optional.of(parse(file.toString(), Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new ModelLoadException(file + ": cannot be read: " + e, e);
        }
    }

    /**
     * Parses JSON that comes from elsewhere.
     *
     * @param name names it in errors
     * @throws ModelLoadException if it is not JSON
     */
    public static JsonNode parse(String name, byte[] content) {
        try {
            return JSON.readTree(content);
        } catch (JsonProcessingException e) {
            throw new ModelLoadException(name + ": not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ModelLoadException(name + ": cannot be read: " + e, e);
        }
    }
}
