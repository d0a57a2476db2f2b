package dev.embedonce.cli.output;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.jspecify.annotations.Nullable;

/** Vectors as Parquet, without compression: random floats do not get smaller. */
final class ParquetVectorWriter implements VectorWriter {
    private static final MessageType SCHEMA = MessageTypeParser.parseMessageType("""
            message embedonce {
              required binary path (STRING);
              required binary content_hash (STRING);
              required int32 width;
              required int32 height;
              required binary model_version (STRING);
              required binary preproc_version (STRING);
              required binary status (STRING);
              required group vector (LIST) {
                repeated group list {
                  required float element;
                }
              }
            }
            """);
    private static final int VECTOR = SCHEMA.getFieldIndex("vector");

    private final PendingFile file;
    private final ParquetWriter<VectorRow> writer;

    ParquetVectorWriter(Path target, int dimension) throws IOException {
        this.file = new PendingFile(target);
        this.writer = new RowWriterBuilder(new LocalOutputFile(file.temporary()), dimension)
                .withConf(new PlainParquetConfiguration())
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .withDictionaryEncoding("vector.list.element", false)
                .withDictionaryEncoding("path", false)
                .withDictionaryEncoding("content_hash", false)
                .build();
    }

    @Override
    public void write(VectorRow row) throws IOException {
        writer.write(row);
    }

    @Override
    public void commit() throws IOException {
        writer.close();
        file.publish();
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            // the file goes away anyway
        }
        file.discard();
    }

    private static final class RowWriterBuilder extends ParquetWriter.Builder<VectorRow, RowWriterBuilder> {
        private final int dimension;

        RowWriterBuilder(OutputFile file, int dimension) {
            super(file);
            this.dimension = dimension;
        }

        @Override
        protected RowWriterBuilder self() {
            return this;
        }

        @Override
        @Deprecated // abstract in the superclass, so it has to be here
        protected WriteSupport<VectorRow> getWriteSupport(@Nullable Configuration ignored) {
            return new RowWriteSupport(dimension);
        }

        @Override
        protected WriteSupport<VectorRow> getWriteSupport(ParquetConfiguration ignored) {
            return new RowWriteSupport(dimension);
        }
    }

    private static final class RowWriteSupport extends WriteSupport<VectorRow> {
        private final int dimension;
        private @Nullable RecordConsumer out;

        RowWriteSupport(int dimension) {
            this.dimension = dimension;
        }

        @Override
        @Deprecated // abstract in the superclass, so it has to be here
        public WriteContext init(@Nullable Configuration ignored) {
            return context();
        }

        @Override
        public WriteContext init(ParquetConfiguration ignored) {
            return context();
        }

        private WriteContext context() {
            return new WriteContext(SCHEMA, Map.of("embedonce.dimension", String.valueOf(dimension)));
        }

        @Override
        public void prepareForWrite(RecordConsumer consumer) {
            this.out = consumer;
        }

        @Override
        public void write(VectorRow row) {
            RecordConsumer consumer = Objects.requireNonNull(out, "prepareForWrite comes first");
            consumer.startMessage();
            text(consumer, 0, row.path());
            text(consumer, 1, row.contentHash());
            number(consumer, 2, row.width());
            number(consumer, 3, row.height());
            text(consumer, 4, row.modelVersion());
            text(consumer, 5, row.preprocVersion());
            text(consumer, 6, row.status());
            vector(consumer, row.vector().values());
            consumer.endMessage();
        }

        private static void text(RecordConsumer out, int field, String value) {
            String name = SCHEMA.getFieldName(field);
            out.startField(name, field);
            out.addBinary(Binary.fromString(value));
            out.endField(name, field);
        }

        private static void number(RecordConsumer out, int field, int value) {
            String name = SCHEMA.getFieldName(field);
            out.startField(name, field);
            out.addInteger(value);
            out.endField(name, field);
        }

        private static void vector(RecordConsumer out, FloatBuffer values) {
            out.startField("vector", VECTOR);
            out.startGroup();
            out.startField("list", 0);
            while (values.hasRemaining()) {
                out.startGroup();
                out.startField("element", 0);
                out.addFloat(values.get());
                out.endField("element", 0);
                out.endGroup();
            }
            out.endField("list", 0);
            out.endGroup();
            out.endField("vector", VECTOR);
        }
    }
}
