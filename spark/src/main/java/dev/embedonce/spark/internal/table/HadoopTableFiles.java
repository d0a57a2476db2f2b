package dev.embedonce.spark.internal.table;

import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.table.LocalTableFiles;
import dev.embedonce.table.TableFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * A table on storage that Hadoop reaches. How a file is made if there is none, by scheme:
 *
 * <ul>
 *   <li>{@code hdfs}, {@code viewfs}: under another name, then renamed, which the name node does at once, and not onto
 *       a file that exists;
 *   <li>{@code s3a}: by a conditional write, if this Hadoop and this bucket have them (Hadoop 3.4.2 and later);
 *   <li>others: refused, unless the user promises that there is no other writer.
 * </ul>
 */
public final class HadoopTableFiles implements TableFiles {
    /** {@code Options.CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE}, which Hadoop 3.4.1 has not. */
    private static final String CONDITIONAL = "fs.option.create.conditional.overwrite";

    private final Path root;
    private final Configuration hadoop;
    private final FileSystem storage;
    private final boolean soleWriter;

    private HadoopTableFiles(Path root, Configuration hadoop, boolean soleWriter) throws IOException {
        this.root = root;
        this.hadoop = hadoop;
        this.storage = root.getFileSystem(hadoop);
        this.soleWriter = soleWriter;
    }

    /**
     * The storage of a table.
     *
     * @param soleWriter whether the user promises that nobody else writes to the table
     */
    public static TableFiles of(Path root, Configuration hadoop, boolean soleWriter) throws IOException {
        Path full = root.getFileSystem(hadoop).makeQualified(root);
        return full.toUri().getScheme().equals("file")
                ? new LocalTableFiles(java.nio.file.Path.of(full.toUri().getPath()))
                : new HadoopTableFiles(full, hadoop, soleWriter);
    }

    @Override
    public String description() {
        return root.toString();
    }

    @Override
    public List<String> folders() throws IOException {
        List<String> names = new ArrayList<>();
        try {
            for (FileStatus child : storage.listStatus(root)) {
                if (child.isDirectory()) {
                    names.add(child.getPath().getName());
                }
            }
        } catch (FileNotFoundException e) {
            return List.of();
        }
        return names;
    }

    @Override
    public List<Listed> list(String folder) throws IOException {
        Path top = new Path(root, folder);
        String prefix = storage.makeQualified(top).toUri().getPath() + "/";
        List<Listed> files = new ArrayList<>();
        try {
            RemoteIterator<LocatedFileStatus> all = storage.listFiles(top, true);
            while (all.hasNext()) {
                FileStatus file = all.next();
                files.add(new Listed(
                        file.getPath().toUri().getPath().substring(prefix.length()),
                        file.getLen(),
                        Instant.ofEpochMilli(file.getModificationTime())));
            }
        } catch (FileNotFoundException e) {
            return List.of();
        }
        return files;
    }

    @Override
    public byte[] read(String path) throws IOException {
        try (var in = storage.open(new Path(root, path))) {
            return in.readAllBytes();
        }
    }

    @Override
    public boolean createIfAbsent(String path, byte[] content) throws IOException {
        Path file = new Path(root, path);
        storage.mkdirs(file.getParent());
        return renames() ? rename(file, content) : create(file, content);
    }

    private boolean rename(Path file, byte[] content) throws IOException {
        Path temporary = new Path(file.getParent(), "." + UUID.randomUUID() + ".tmp");
        try {
            try (FSDataOutputStream out = storage.create(temporary, false)) {
                out.write(content);
                out.hsync();
            }
            FileContext.getFileContext(root.toUri(), hadoop).rename(temporary, file, Options.Rename.NONE);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } finally {
            storage.delete(temporary, false);
        }
    }

    private boolean create(Path file, byte[] content) throws IOException {
        try {
            var builder = storage.createFile(file).overwrite(false);
            if (!soleWriter) {
                builder.must(CONDITIONAL, true);
            }
            try (OutputStream out = builder.build()) {
                out.write(content);
            }
            return true;
        } catch (IOException e) {
            // what says that another was faster differs from storage to storage
            if (storage.exists(file)) {
                return false;
            }
            throw e;
        }
    }

    private boolean renames() {
        String scheme = root.toUri().getScheme();
        return scheme.equals("hdfs") || scheme.equals("viewfs");
    }

    @Override
    public void requireAtomicCreate() throws IOException {
        if (soleWriter || renames() || storage.hasPathCapability(root, CONDITIONAL)) {
            return;
        }
        throw new StoreUnavailableException(
                "cannot publish in " + root + ": this storage does not make a file under its"
                        + " name at once, or this Hadoop does not ask it to (s3a: from 3.4.2 on). If no other run writes to the"
                        + " table at the same time, say so by the option soleWriter");
    }

    @Override
    public void delete(String path) throws IOException {
        storage.delete(new Path(root, path), false);
    }
}
