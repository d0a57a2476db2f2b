package dev.embedonce.graph.safetensors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.ModelFolder;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds the safetensors files of a model directory: {@code model.safetensors}, or the shards that {@code
 * model.safetensors.index.json} names. The files may be symbolic links, as they are in a hub cache (see {@link
 * ModelFolder} for where they may lead); tensors point to the real files. Only headers are read.
 */
public final class Checkpoint {
    /** The file of weights that are not in shards. */
    public static final String SINGLE = "model.safetensors";

    /** The file that says which tensor is in which shard. */
    public static final String INDEX = "model.safetensors.index.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    private Checkpoint() {}

    /** Whether the directory has weights that {@link #open} reads. */
    public static boolean isPresent(Path directory) {
        return Files.isRegularFile(directory.resolve(SINGLE)) || Files.isRegularFile(directory.resolve(INDEX));
    }

    /**
     * The weights in a model directory. If there is both a single file and an index, the single file counts, as in
     * transformers.
     *
     * @throws ModelLoadException if there are none, a shard is missing, a file is damaged or a link out of the
     *     directory
     */
    public static Weights open(Path directory) {
        if (Files.isRegularFile(directory.resolve(SINGLE))) {
            return new Weights(directory.resolve(SINGLE).toString(), read(directory, SINGLE));
        }
        if (Files.isRegularFile(directory.resolve(INDEX))) {
            return openShards(directory, directory.resolve(INDEX));
        }
        throw new ModelLoadException(directory + ": found neither " + SINGLE + " nor " + INDEX + "; the directory has "
                + listing(directory));
    }

    /**
     * The weights in one safetensors file.
     *
     * @throws ModelLoadException if it cannot be read or is damaged
     */
    public static Weights openFile(Path file) {
        return new Weights(file.toString(), FileHeader.read(file));
    }

    /**
     * The names of the files that an index names, sorted.
     *
     * @throws ModelLoadException if it cannot be read, or names anything but safetensors files beside it
     */
    public static SortedSet<String> shards(Path index) {
        return new TreeSet<>(weightMap(index).values());
    }

    private static Weights openShards(Path directory, Path index) {
        Map<String, Map<String, TensorInfo>> shards = new HashMap<>();
        List<TensorInfo> tensors = new ArrayList<>();
        weightMap(index).forEach((name, shard) -> {
            TensorInfo tensor = shards.computeIfAbsent(shard, s -> openShard(directory, index, s))
                    .get(name);
            if (tensor == null) {
                throw new ModelLoadException(
                        index + ": tensor " + name + " is said to be in " + shard + ", which lacks it");
            }
            tensors.add(tensor);
        });
        return new Weights(directory.toString(), tensors);
    }

    /** The tensors of a file in a directory, whose links are followed as {@link ModelFolder} says. */
    private static List<TensorInfo> read(Path directory, String name) {
        Path file = directory.resolve(name);
        try {
            ModelFolder.realPath(directory, file, file.toString());
        } catch (IOException e) {
            throw new ModelLoadException(file + ": cannot be read: " + e, e);
        }
        return FileHeader.read(file);
    }

    private static Map<String, TensorInfo> openShard(Path directory, Path index, String shard) {
        Path file = directory.resolve(shard);
        if (!Files.isRegularFile(file)) {
            throw new ModelLoadException(
                    index + ": weight_map names the shard " + shard + ", which is missing from " + directory);
        }
        Map<String, TensorInfo> tensors = new HashMap<>();
        read(directory, shard).forEach(tensor -> tensors.put(tensor.name(), tensor));
        return tensors;
    }

    private static Map<String, String> weightMap(Path index) {
        JsonNode map = read(index).path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw new ModelLoadException(index + ": weight_map: expected an object of tensor and shard names, found "
                    + (map.isMissingNode() ? "none" : map.getNodeType()));
        }
        Map<String, String> shardByTensor = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String shard = entry.getValue().asText();
            if (!isPlainFileName(shard)) {
                throw new ModelLoadException(index + ": weight_map: " + entry.getKey()
                        + ": expected the name of a .safetensors file in the same directory, found \"" + shard + "\"");
            }
            shardByTensor.put(entry.getKey(), shard);
        }
        return new LinkedHashMap<>(shardByTensor);
    }

    private static boolean isPlainFileName(String shard) {
        return shard.endsWith(".safetensors") && shard.indexOf('/') < 0 && shard.indexOf('\\') < 0;
    }

    private static JsonNode read(Path index) {
        try {
            return JSON.readTree(Files.readAllBytes(index));
        } catch (JsonProcessingException e) {
            throw new ModelLoadException(index + ": not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ModelLoadException(index + ": cannot be read: " + e, e);
        }
    }

    private static String listing(Path directory) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            files.forEach(file -> names.add(String.valueOf(file.getFileName())));
        } catch (IOException e) {
            return "nothing that can be listed (" + e + ")";
        }
        names.sort(null);
        return names.isEmpty() ? "no files" : String.join(", ", names);
    }
}
