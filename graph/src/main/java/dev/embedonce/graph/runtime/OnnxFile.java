package dev.embedonce.graph.runtime;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.ModelFolder;
import dev.embedonce.graph.runtime.ProtoReader.MalformedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The structure of an ONNX file: which other files hold its weights and which operators it calls, read without loading
 * any weights. Immutable.
 *
 * <p>ONNX is protobuf; any TensorProto may have external data. {@link Kind} lists all paths that lead to one. Only
 * ordinary initializers, of the graph or of a graph inside it, may have their data in a file: the runtime does not
 * check the locations of sparse tensors and attributes as it checks those. Anything else that names a file is refused.
 */
public final class OnnxFile {
    private static final byte[] LFS_POINTER = "version https://git-lfs".getBytes(StandardCharsets.US_ASCII);
    private static final int IR_VERSION = 1;
    private static final int GRAPH = 7;

    /** How deep messages may nest: enough for a dozen nested graphs, and less than the runtime's own parser allows. */
    private static final int MOST_NESTED = 64;

    /** The message types on the way to a tensor's external data, by field number (onnx.proto). */
    private enum Kind {
        MODEL,
        TRAINING,
        GRAPH,
        FUNCTION,
        NODE,
        ATTRIBUTE,
        SPARSE,
        TENSOR;

        @Nullable
        Kind child(int field) {
            return switch (this) {
                case MODEL ->
                    switch (field) {
                        case OnnxFile.GRAPH -> GRAPH;
                        case 20 -> TRAINING;
                        case 25 -> FUNCTION;
                        default -> null;
                    };
                case TRAINING -> field == 1 || field == 2 ? GRAPH : null;
                case GRAPH -> field == 1 ? NODE : field == 5 ? TENSOR : field == 15 ? SPARSE : null;
                case FUNCTION -> field == 7 ? NODE : field == 11 ? ATTRIBUTE : null;
                case NODE -> field == 5 ? ATTRIBUTE : null;
                case ATTRIBUTE ->
                    switch (field) {
                        case 5, 10 -> TENSOR;
                        case 6, 11 -> GRAPH;
                        case 22, 23 -> SPARSE;
                        default -> null;
                    };
                case SPARSE -> field == 1 || field == 2 ? TENSOR : null;
                case TENSOR -> null;
            };
        }

        /** Why a tensor that is reached through this field must have its data in the model; null if it need not. */
        @Nullable
        String forbids(Kind child) {
            return switch (this) {
                case MODEL -> child == FUNCTION ? "a function" : child == TRAINING ? "the training information" : null;
                case ATTRIBUTE -> child == TENSOR ? "an attribute" : null;
                case SPARSE -> "a sparse tensor";
                default -> null;
            };
        }
    }

    private static final int NODE_OPERATOR = 4;
    private static final int TENSOR_EXTERNAL_DATA = 13;

    private final String name;
    private final ByteBuffer model;
    private final SortedMap<String, Long> externalData;
    private final SortedSet<String> operators = new TreeSet<>();
    private boolean training;

    private OnnxFile(String name, ByteBuffer model) throws MalformedException {
        this.name = name;
        this.model = model;
        SortedMap<String, Long> found = new TreeMap<>();
        requireGraph();
        collect(Kind.MODEL, model, null, 0, found);
        this.externalData = Collections.unmodifiableSortedMap(found);
    }

    /**
     * Reads the file's structure.
     *
     * @throws ModelLoadException if it is missing, not an ONNX file, cut short, or names files elsewhere than in
     *     initializers
     */
    public static OnnxFile read(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new ModelLoadException(file + ": larger than 2 GiB, which no ONNX file can be");
            }
            return of(file.toString(), channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
        } catch (NoSuchFileException e) {
            throw new ModelLoadException(file + ": no such file", e);
        } catch (IOException e) {
            throw new ModelLoadException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads the structure of a model in memory.
     *
     * @param name names it in error messages
     * @throws ModelLoadException if it is not an ONNX model, cut short, or names files elsewhere than in initializers
     */
    public static OnnxFile of(String name, ByteBuffer model) {
        if (!model.hasRemaining()) {
            throw new ModelLoadException(name + ": the file is empty");
        }
        if (startsWith(model, LFS_POINTER)) {
            throw new ModelLoadException(
                    name + ": a Git LFS pointer, not the model itself; fetch it with 'git lfs pull'");
        }
        try {
            return new OnnxFile(name, model.slice());
        } catch (MalformedException e) {
            String what = looksLikeOnnx(model) ? "a damaged or truncated ONNX file" : "not an ONNX file";
            throw new ModelLoadException(name + ": " + what + " (" + e.getMessage() + ")", e);
        }
    }

    /**
     * The files with external data, relative to the model's folder, each with the number of bytes it must at least
     * have.
     */
    public SortedMap<String, Long> externalData() {
        return externalData;
    }

    /**
     * Whether an operator is in training mode, as BatchNormalization can be: it then updates its statistics in each
     * run, and the runtime keeps them for the next.
     */
    public boolean isTraining() {
        return training;
    }

    /** The names of all operators that the model calls, at any depth, without their domains. */
    public SortedSet<String> operators() {
        return Collections.unmodifiableSortedSet(operators);
    }

    /**
     * Checks that every file with external data is there, is below the folder by name and after links (see {@link
     * ModelFolder}), and is long enough.
     *
     * @return the real path of each, by its name in the model
     * @throws ModelLoadException if one is not; it names the first
     */
    public SortedMap<String, Path> resolveExternalData(Path folder) {
        SortedMap<String, Path> resolved = new TreeMap<>();
        for (Map.Entry<String, Long> data : externalData.entrySet()) {
            resolved.put(data.getKey(), resolve(folder, data.getKey(), data.getValue()));
        }
        return resolved;
    }

    private Path resolve(Path folder, String location, long neededBytes) {
        Path relative = Path.of(location);
        if (relative.isAbsolute() || relative.normalize().startsWith("..") || location.isEmpty()) {
            throw new ModelLoadException(
                    name + ": external data '" + location + "' lies outside the model's folder; that is refused");
        }
        Path file = folder.resolve(relative);
        try {
            Path real = ModelFolder.realPath(folder, file, name + ": external data '" + location + "'");
            if (!Files.isRegularFile(real)) {
                throw new ModelLoadException(name + ": external data '" + location + "' is no file");
            }
            long size = Files.size(real);
            if (size < neededBytes) {
                throw new ModelLoadException(name + ": external data file '" + location
                        + "' is truncated: expected at least " + neededBytes + " bytes, found " + size);
            }
            return real;
        } catch (IOException e) {
            throw new ModelLoadException(
                    name + ": external data file '" + location + "' is missing (looked in " + folder + ")", e);
        }
    }

    /** The model's bytes with every external location replaced. */
    byte[] withLocations(UnaryOperator<String> relocate) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream(model.remaining());
            rewrite(Kind.MODEL, model, relocate, out);
            return out.toByteArray();
        } catch (MalformedException e) {
            throw new IllegalStateException("read before without error", e);
        }
    }

    private void requireGraph() throws MalformedException {
        boolean irVersion = false;
        boolean graph = false;
        ProtoReader reader = new ProtoReader(model);
        while (reader.next()) {
            irVersion |= reader.field() == IR_VERSION && reader.isNumber();
            graph |= reader.field() == GRAPH && reader.isMessage();
        }
        if (!irVersion || !graph) {
            throw new MalformedException(irVersion ? "it has no graph" : "it has no ir_version");
        }
    }

    /**
     * Collects the external data that the tensors in a message name.
     *
     * @param forbidden what the message is part of, if nothing in it may name a file
     */
    private void collect(
            Kind kind, ByteBuffer message, @Nullable String forbidden, int depth, SortedMap<String, Long> found)
            throws MalformedException {
        if (depth > MOST_NESTED) {
            throw new MalformedException("graphs are nested more than " + MOST_NESTED + " messages deep");
        }
        ProtoReader reader = new ProtoReader(message);
        ExternalData external = new ExternalData();
        while (reader.next()) {
            if (!reader.isMessage()) {
                continue;
            }
            Kind child = kind.child(reader.field());
            if (child != null) {
                String inside = forbidden == null ? kind.forbids(child) : forbidden;
                collect(child, reader.payload(), inside, depth + 1, found);
            } else if (kind == Kind.TENSOR && reader.field() == TENSOR_EXTERNAL_DATA) {
                external.add(reader.payload());
            } else if (kind == Kind.NODE && reader.field() == NODE_OPERATOR) {
                operators.add(reader.text());
            }
        }
        training |= kind == Kind.ATTRIBUTE && isTrainingMode(message);
        if (external.location != null) {
            if (forbidden != null) {
                throw new ModelLoadException(name + ": external data '" + external.location + "' in " + forbidden
                        + "; that is refused, only ordinary initializers may have their data in a file");
            }
            found.merge(external.location, external.end(), Math::max);
        }
    }

    private static boolean isTrainingMode(ByteBuffer attribute) throws MalformedException {
        ProtoReader reader = new ProtoReader(attribute);
        boolean named = false;
        boolean set = false;
        while (reader.next()) {
            named |= reader.field() == 1 && reader.isMessage() && reader.text().equals("training_mode");
            set |= reader.field() == 3 && reader.isNumber() && reader.number() != 0;
        }
        return named && set;
    }

    /** The key-value pairs of one tensor's external data. */
    private static final class ExternalData {
        @Nullable
        String location;

        private long offset;
        private long length;

        void add(ByteBuffer pair) throws MalformedException {
            String key = pairText(pair, 1);
            String value = pairText(pair, 2);
            switch (key) {
                case "location" -> location = checkedName(value);
                case "offset" -> offset = natural(key, value);
                case "length" -> length = natural(key, value);
                default -> {
                    // checksums and the like do not matter here
                }
            }
        }

        /** The number of bytes that the file must at least have. */
        long end() throws MalformedException {
            if (length > Long.MAX_VALUE - offset) {
                throw new MalformedException("external data with offset " + offset + " and length " + length);
            }
            return offset + length;
        }

        private static String checkedName(String location) throws MalformedException {
            try {
                return Path.of(location).toString().isEmpty() ? "" : location;
            } catch (InvalidPathException e) {
                throw new MalformedException("external data in a file that cannot have that name", e);
            }
        }

        private static long natural(String key, String value) throws MalformedException {
            try {
                long number = Long.parseLong(value);
                if (number >= 0) {
                    return number;
                }
            } catch (NumberFormatException e) {
                throw new MalformedException("external data with " + key + " '" + value + "'", e);
            }
            throw new MalformedException("external data with " + key + " " + value);
        }
    }

    private static String pairText(ByteBuffer pair, int field) throws MalformedException {
        ProtoReader reader = new ProtoReader(pair);
        String text = "";
        while (reader.next()) {
            if (reader.field() == field && reader.isMessage()) {
                text = reader.text();
            }
        }
        return text;
    }

    private static void rewrite(
            Kind kind, ByteBuffer message, UnaryOperator<String> relocate, ByteArrayOutputStream out)
            throws MalformedException {
        ProtoReader reader = new ProtoReader(message);
        while (reader.next()) {
            Kind child = reader.isMessage() ? kind.child(reader.field()) : null;
            if (child != null) {
                ByteArrayOutputStream inner = new ByteArrayOutputStream();
                rewrite(child, reader.payload(), relocate, inner);
                writeMessage(reader.field(), inner.toByteArray(), out);
            } else if (kind == Kind.TENSOR
                    && reader.field() == TENSOR_EXTERNAL_DATA
                    && reader.isMessage()
                    && pairText(reader.payload(), 1).equals("location")) {
                writeMessage(TENSOR_EXTERNAL_DATA, locationPair(relocate.apply(pairText(reader.payload(), 2))), out);
            } else {
                write(reader.raw(), out);
            }
        }
    }

    private static byte[] locationPair(String location) {
        ByteArrayOutputStream pair = new ByteArrayOutputStream();
        writeMessage(1, "location".getBytes(StandardCharsets.UTF_8), pair);
        writeMessage(2, location.getBytes(StandardCharsets.UTF_8), pair);
        return pair.toByteArray();
    }

    private static void writeMessage(int field, byte[] payload, ByteArrayOutputStream out) {
        writeVarint(((long) field << 3) | 2, out);
        writeVarint(payload.length, out);
        out.writeBytes(payload);
    }

    private static void writeVarint(long value, ByteArrayOutputStream out) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private static void write(ByteBuffer bytes, ByteArrayOutputStream out) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        out.writeBytes(copy);
    }

    /** Every exporter writes ir_version, a small number, as the first field. */
    private static boolean looksLikeOnnx(ByteBuffer model) {
        return model.remaining() > 2 && model.get(model.position()) == 8 && model.get(model.position() + 1) < 64;
    }

    private static boolean startsWith(ByteBuffer bytes, byte[] prefix) {
        return bytes.remaining() >= prefix.length
                && bytes.slice(bytes.position(), prefix.length).equals(ByteBuffer.wrap(prefix));
    }
}
