package dev.embedonce.graph.blocks;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.Shape;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.graph.safetensors.TensorDigester;
import dev.embedonce.graph.safetensors.TensorInfo;
import dev.embedonce.graph.safetensors.Weights;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.store.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Quantised weights that are made once and kept in a folder, where graphs map them as external data: one safetensors
 * file a layer, named by the numeric mode and a digest of the content it was made from. A file is complete or absent:
 * it is written under a temporary name and moved into place. Its checksum is verified each time it is used; a file that
 * does not pass is made again.
 *
 * <p>The folder is bounded in bytes: {@link #trim} deletes the least recently used files, except those that this object
 * has returned. Several processes may share a folder. Not thread-safe.
 */
public final class PackedWeights implements LinearWeights {
    private static final String SUFFIX = ".safetensors";
    private static final String CODES = "codes";
    private static final String SCALES = "scales";
    private static final String ERROR = "error";
    private static final String CHECKSUM = "crc32c";

    private final Path folder;
    private final long maxBytes;
    private final TensorDigester digester;
    private final boolean widenAsUsed;
    private final Set<Path> used = new HashSet<>();
    private int made;

    /**
     * Weights kept in a folder, which is created when needed.
     *
     * @param maxBytes what the folder is trimmed to
     * @param digester digests the content of published tensors
     * @param widenAsUsed for layers that stay in 16 bits, see {@link LinearWeights#widenAsUsed}
     */
    public PackedWeights(Path folder, long maxBytes, TensorDigester digester, boolean widenAsUsed) {
        this.folder = folder;
        this.maxBytes = maxBytes;
        this.digester = digester;
        this.widenAsUsed = widenAsUsed;
    }

    @Override
    public boolean widenAsUsed() {
        return widenAsUsed;
    }

    /** How many layers were quantised because the folder did not have them. */
    public int made() {
        return made;
    }

    /**
     * @throws ModelLoadException if the folder cannot be written to
     */
    @Override
    public Quantized quantized(GraphBuilder graph, WeightMatrix matrix, int parts) {
        graph.uses("block-quantizer", BlockQuantizer.REVISION);
        Path file = folder.resolve(name(matrix));
        try {
            Weights weights = usable(file, matrix);
            if (weights == null) {
                PrivateFiles.createFolders(folder);
                PackedFile.write(file, matrix);
                made++;
                weights = Checkpoint.openFile(file);
            }
            used.add(file);
            Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis()));
            String label = matrix.weight().name() + "@" + matrix.firstRow() + "."
                    + matrix.scope().mode().id() + ".";
            ByteBuffer error = Weights.map(weights.get(ERROR));
            TensorInfo codes = renamed(weights.get(CODES), label);
            TensorInfo scales = renamed(weights.get(SCALES), label);
            int rows = matrix.out() / parts;
            Shape codesShape = LinearWeights.codesShape(matrix.scope().mode(), rows, matrix.in());
            Shape scalesShape = LinearWeights.scalesShape(rows, matrix.in());
            List<Codes> all = new ArrayList<>();
            for (int part = 0; part < parts; part++) {
                all.add(new Codes(
                        graph.external(codes, part * codesShape.elementCount(), codesShape),
                        graph.external(scales, part * scalesShape.elementCount(), scalesShape)));
            }
            return new Quantized(
                    all,
                    new QuantizationError(
                            matrix.label(), matrix.scope().mode(), error.getDouble(0), error.getDouble(Double.BYTES)));
        } catch (IOException e) {
            throw new ModelLoadException(file + ": quantised weights cannot be kept there: " + e, e);
        }
    }

    /**
     * Deletes the least recently used files until the folder is within its bound; files in use here stay. Temporary
     * files of a process that died while it was writing are deleted after an hour.
     */
    public void trim() {
        record Kept(Path file, long bytes, FileTime lastUsed) {}
        List<Kept> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            deleteAbandoned();
            for (Path file : all) {
                files.add(new Kept(file, Files.size(file), Files.getLastModifiedTime(file)));
            }
            long bytes = files.stream().mapToLong(Kept::bytes).sum();
            files.sort(Comparator.comparing(Kept::lastUsed));
            for (Kept kept : files) {
                if (bytes > maxBytes && !used.contains(kept.file)) {
                    Files.deleteIfExists(kept.file);
                    bytes -= kept.bytes;
                }
            }
        } catch (NoSuchFileException e) {
            // the folder does not exist yet, or another process trims it too
        } catch (IOException e) {
            throw new ModelLoadException(folder + ": quantised weights cannot be trimmed: " + e, e);
        }
    }

    private void deleteAbandoned() throws IOException {
        long hourAgo = System.currentTimeMillis() - TimeUnit.HOURS.toMillis(1);
        try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(folder, "making-*.tmp")) {
            for (Path file : unfinished) {
                if (Files.getLastModifiedTime(file).toMillis() < hourAgo) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private String name(WeightMatrix matrix) {
        FramedDigest digest = FramedDigest.tagged("embedonce.packed-weights.v1")
                .put("mode", matrix.scope().mode().id())
                .put("dtype", matrix.weight().type().safetensorsName())
                .put("shape", matrix.weight().shape().dims())
                .put("firstRow", matrix.firstRow())
                .put("rows", matrix.out())
                .put("sha256", digester.sha256(matrix.weight()));
        if (matrix.rowsTogether() > 1) {
            digest.put("rowsTogether", matrix.rowsTogether());
        }
        return matrix.scope().mode().id() + "-" + digest.hexDigest() + SUFFIX;
    }

    private static @Nullable Weights usable(Path file, WeightMatrix matrix) throws IOException {
        if (!Files.isRegularFile(file)) {
            return null;
        }
        try {
            Weights weights = Checkpoint.openFile(file);
            TensorInfo checksum = weights.get(CHECKSUM);
            CRC32C crc = new CRC32C();
            for (String part : List.of(CODES, SCALES, ERROR)) {
                crc.update(Weights.map(weights.get(part)));
            }
            return Weights.map(checksum).getInt(0) == (int) crc.getValue()
                            && weights.get(CODES)
                                    .shape()
                                    .equals(LinearWeights.codesShape(
                                            matrix.scope().mode(), matrix.out(), matrix.in()))
                    ? weights
                    : null;
        } catch (ModelLoadException e) {
            return null;
        }
    }

    private static TensorInfo renamed(TensorInfo tensor, String label) {
        return new TensorInfo(
                label + tensor.name(), tensor.type(), tensor.shape(), tensor.file(), tensor.offset(), tensor.length());
    }
}
