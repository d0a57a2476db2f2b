package dev.embedonce.cli.output;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * Vectors as Parquet, without compression: random floats do not get smaller. parquet-java writes the file and all
 * columns but that of the vectors, whose pages are {@link VectorPages}.
 */
final class ParquetVectorWriter implements VectorWriter {
    private static final String SCALARS = """
              required binary path (STRING);
              required binary content_hash (STRING);
              required int32 width;
              required int32 height;
              required binary model_version (STRING);
              required binary preproc_version (STRING);
              required binary status (STRING);
            """;
    private static final MessageType SCHEMA =
            MessageTypeParser.parseMessageType("message embedonce {\n" + SCALARS + """
              required group vector (LIST) {
                repeated group list {
                  required float element;
                }
              }
            }
            """);
    private static final MessageType SCALAR_SCHEMA =
            MessageTypeParser.parseMessageType("message embedonce {\n" + SCALARS + "}");
    private static final ColumnDescriptor VECTOR =
            SCHEMA.getColumnDescription(new String[] {"vector", "list", "element"});

    /** The bytes of a row group, which is kept in memory before it is written. */
    private static final long ROW_GROUP_BYTES = 64L << 20;

    private final PendingFile file;
    private final int dimension;
    private final ParquetProperties properties = ParquetProperties.builder()
            .withDictionaryEncoding("path", false)
            .withDictionaryEncoding("content_hash", false)
            .build();
    private final ParquetFileWriter out;
    private final VectorPages vectors = new VectorPages(VECTOR, properties.getAllocator());
    private RowGroup group;

    /** The columns of a row group, without the vectors. */
    private final class RowGroup {
        private final ColumnChunkPageWriteStore pages = new ColumnChunkPageWriteStore(
                new Uncompressed(),
                SCALAR_SCHEMA,
                properties.getAllocator(),
                properties.getColumnIndexTruncateLength(),
                properties.getPageWriteChecksumEnabled());
        private final ColumnWriteStore store = properties.newColumnWriteStore(SCALAR_SCHEMA, pages);
        private final List<ColumnWriter> columns =
                SCALAR_SCHEMA.getColumns().stream().map(store::getColumnWriter).toList();
        private long rows;

        void add(VectorRow row) {
            text(0, row.path());
            text(1, row.contentHash());
            columns.get(2).write(row.width(), 0, 0);
            columns.get(3).write(row.height(), 0, 0);
            text(4, row.modelVersion());
            text(5, row.preprocVersion());
            text(6, row.status());
            store.endRecord();
            rows++;
        }

        private void text(int column, String value) {
            columns.get(column).write(Binary.fromString(value), 0, 0);
        }

        void write() throws IOException {
            if (rows > 0) {
                out.startBlock(rows);
                store.flush();
                pages.flushToFileWriter(out);
                vectors.writeTo(out);
                out.endBlock();
            }
            close();
        }

        void close() {
            store.close();
            pages.close();
        }
    }

    /** Leaves pages as they are. */
    private static final class Uncompressed implements BytesInputCompressor {
        @Override
        public BytesInput compress(BytesInput bytes) {
            return bytes;
        }

        @Override
        public CompressionCodecName getCodecName() {
            return CompressionCodecName.UNCOMPRESSED;
        }

        @Override
        public void release() {}
    }

    ParquetVectorWriter(Path target, int dimension) throws IOException {
        this.file = new PendingFile(target);
        this.dimension = dimension;
        this.out = new ParquetFileWriter(
                new LocalOutputFile(file.temporary()),
                SCHEMA,
                ParquetFileWriter.Mode.OVERWRITE,
                ParquetWriter.DEFAULT_BLOCK_SIZE,
                ParquetWriter.MAX_PADDING_SIZE_DEFAULT,
                null,
                properties);
        out.start();
        this.group = new RowGroup();
    }

    @Override
    public void write(VectorRow row) throws IOException {
        group.add(row);
        vectors.add(row.vector().values());
        if (vectors.bytes() >= ROW_GROUP_BYTES) {
            group.write();
            group = new RowGroup();
        }
    }

    @Override
    public void commit() throws IOException {
        group.write();
        out.end(Map.of("embedonce.dimension", String.valueOf(dimension)));
        out.close();
        file.publish();
    }

    @Override
    public void close() {
        try {
            group.close();
            vectors.close();
            out.close();
        } catch (IOException e) {
            // the file is deleted anyway
        }
        file.discard();
    }
}
