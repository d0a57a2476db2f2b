package dev.embedonce.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.value.Embedding;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Read back by parquet-java and by DuckDB. */
class ParquetVectorWriterTest {
    /** More than one row group of 64 MiB, of more than one page each. */
    private static final int ROWS = 17_000;

    private static final int DIMENSION = 1_003;

    @TempDir
    Path folder;

    private static float[] vector(int row) {
        float[] values = new float[DIMENSION];
        Random random = new Random(row);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private Path write(int rows) throws IOException {
        Path file = folder.resolve("vectors.parquet");
        try (ParquetVectorWriter writer = new ParquetVectorWriter(file, DIMENSION)) {
            for (int row = 0; row < rows; row++) {
                writer.write(new VectorRow(
                        "picture " + row, "hash " + row, row, 7, "model", "pixels", "hit", Embedding.of(vector(row))));
            }
            writer.commit();
        }
        return file;
    }

    private static ParquetFileReader open(Path file) throws IOException {
        return ParquetFileReader.open(
                new LocalInputFile(file),
                ParquetReadOptions.builder(new PlainParquetConfiguration()).build());
    }

    @Test
    void write_manyRows_parquetJavaReadsThemAll() throws IOException {
        int row = 0;
        List<Long> groups = new ArrayList<>();
        try (ParquetFileReader reader = open(write(ROWS))) {
            MessageType schema = reader.getFileMetaData().getSchema();
            assertThat(reader.getFileMetaData().getKeyValueMetaData()).containsEntry("embedonce.dimension", "1003");
            for (PageReadStore group = reader.readNextRowGroup(); group != null; group = reader.readNextRowGroup()) {
                groups.add(group.getRowCount());
                RecordReader<Group> records = new ColumnIOFactory()
                        .getColumnIO(schema)
                        .getRecordReader(group, new GroupRecordConverter(schema));
                for (long i = 0; i < group.getRowCount(); i++) {
                    requireRow(records.read(), row++);
                }
            }
        }
        assertThat(row).isEqualTo(ROWS);
        assertThat(groups).hasSizeGreaterThan(1);
    }

    private static void requireRow(Group record, int row) {
        assertThat(record.getString("path", 0)).isEqualTo("picture " + row);
        assertThat(record.getInteger("width", 0)).isEqualTo(row);
        Group list = record.getGroup("vector", 0);
        float[] values = new float[list.getFieldRepetitionCount("list")];
        for (int i = 0; i < values.length; i++) {
            values[i] = list.getGroup("list", i).getFloat("element", 0);
        }
        assertThat(values).isEqualTo(vector(row));
    }

    @Test
    void write_manyRows_pagesSayWhatIsInThem() throws IOException {
        int rows = 1_000;
        float[] all = new float[rows * DIMENSION];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(vector(row), 0, all, row * DIMENSION, DIMENSION);
        }
        Arrays.sort(all);
        try (ParquetFileReader reader = open(write(rows))) {
            var column = reader.getFileMetaData().getSchema().getColumns().get(7);
            var chunk = reader.getFooter().getBlocks().get(0).getColumns().get(7);
            assertThat(chunk.getValueCount()).isEqualTo((long) rows * DIMENSION);
            assertThat(chunk.getStatistics().minAsString()).isEqualTo(String.valueOf(all[0]));
            assertThat(chunk.getStatistics().maxAsString()).isEqualTo(String.valueOf(all[all.length - 1]));
            assertThat(reader.readOffsetIndex(chunk).getPageCount()).isGreaterThan(1);
            PageReader pages = reader.readNextRowGroup().getPageReader(column);
            long values = 0;
            for (DataPage page = pages.readPage(); page != null; page = pages.readPage()) {
                values += page.getValueCount();
            }
            assertThat(values).isEqualTo((long) rows * DIMENSION);
        }
    }

    @Test
    void write_manyRows_duckDbReadsThemAll() throws IOException, SQLException {
        Path file = write(ROWS);
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery("SELECT count(*), sum(len(vector)), sum(vector[1003]), max(width),"
                                + " count(*) FILTER (vector[5] > 0) FROM read_parquet('" + file + "')")) {
            double sum = 0;
            long positive = 0;
            for (int row = 0; row < ROWS; row++) {
                float[] vector = vector(row);
                sum += vector[1002];
                positive += vector[4] > 0 ? 1 : 0;
            }
            found.next();
            assertThat(found.getLong(1)).isEqualTo(ROWS);
            assertThat(found.getLong(2)).isEqualTo((long) ROWS * DIMENSION);
            assertThat(found.getDouble(3)).isCloseTo(sum, org.assertj.core.data.Offset.offset(1e-2));
            assertThat(found.getInt(4)).isEqualTo(ROWS - 1);
            assertThat(found.getLong(5)).isEqualTo(positive);
        }
    }

    @Test
    void write_noRows_isAFileWithoutRows() throws IOException {
        try (ParquetFileReader reader = open(write(0))) {
            assertThat(reader.getRecordCount()).isZero();
        }
    }

    @Test
    void close_withoutCommit_leavesNothing() throws IOException {
        Path file = folder.resolve("broken-off.parquet");
        try (ParquetVectorWriter writer = new ParquetVectorWriter(file, DIMENSION)) {
            writer.write(new VectorRow("a", "b", 1, 1, "m", "p", "hit", Embedding.of(vector(1))));
        }
        assertThat(folder).isEmptyDirectory();
    }
}
