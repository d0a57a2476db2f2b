package dev.embedonce.spark.internal.table;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.util.HadoopInputFile;

/** What Parquet files say of themselves: counts that are true whatever was tried again on the way to them. */
public final class ParquetFiles {
    private ParquetFiles() {}

    /**
     * The end of a file.
     *
     * @param path below the folder that was looked through
     * @param values of each column of plain values, how many rows have one
     */
    public record Footer(String path, long sizeBytes, long rows, Map<String, Long> values) {}

    /** The footers of all Parquet files below a folder, in the order of their paths; none if there is no folder. */
    public static List<Footer> footers(String folder, Configuration hadoop) throws IOException {
        Path top = new Path(folder);
        List<FileStatus> files = new ArrayList<>();
        try {
            RemoteIterator<LocatedFileStatus> all = top.getFileSystem(hadoop).listFiles(top, true);
            while (all.hasNext()) {
                FileStatus file = all.next();
                if (file.getPath().getName().endsWith(".parquet")) {
                    files.add(file);
                }
            }
        } catch (FileNotFoundException e) {
            return List.of();
        }
        String prefix = top.getFileSystem(hadoop).makeQualified(top).toUri().getPath() + "/";
        try {
            return files.parallelStream()
                    .map(file -> footer(file, prefix, hadoop))
                    .sorted((a, b) -> a.path().compareTo(b.path()))
                    .toList();
        } catch (UncheckedIOException e) {
            throw new IOException(e.getCause());
        }
    }

    /** Rows of all Parquet files below a folder. */
    public static long rows(String folder, Configuration hadoop) throws IOException {
        return footers(folder, hadoop).stream().mapToLong(Footer::rows).sum();
    }

    /** Rows of all Parquet files below a folder that have a value in a column. */
    public static long values(String folder, String column, Configuration hadoop) throws IOException {
        return footers(folder, hadoop).stream()
                .mapToLong(footer -> footer.values().getOrDefault(column, 0L))
                .sum();
    }

    private static Footer footer(FileStatus file, String prefix, Configuration hadoop) {
        try (ParquetFileReader reader = ParquetFileReader.open(HadoopInputFile.fromStatus(file, hadoop))) {
            Map<String, Long> values = new TreeMap<>();
            for (BlockMetaData block : reader.getRowGroups()) {
                for (ColumnChunkMetaData column : block.getColumns()) {
                    if (column.getPath().size() == 1) {
                        long nulls = column.getStatistics().getNumNulls();
                        values.merge(column.getPath().toDotString(), block.getRowCount() - nulls, Long::sum);
                    }
                }
            }
            String path = file.getPath().toUri().getPath().substring(prefix.length());
            return new Footer(path, file.getLen(), reader.getRecordCount(), values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
