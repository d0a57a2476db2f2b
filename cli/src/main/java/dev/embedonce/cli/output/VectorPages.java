package dev.embedonce.cli.output;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.bytes.ByteBufferAllocator;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.statistics.FloatStatistics;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridValuesWriter;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * The pages of a row group for a column of lists of float32: plain values, uncompressed, in data pages of the first
 * version. parquet-java takes such a column a float at a time, which costs as much as all the rest of a warm run; here
 * a vector is copied as a whole. Nothing in a list is null, and a list may be empty. Not thread-safe.
 */
// Source: the Parquet format, "Data Pages" and "Nested Encoding"
final class VectorPages {
    private static final int PAGE_BYTES = 1 << 20;
    private static final int LEVELS_BYTES = 4096;
    private static final int LEVEL_BITS = 1;

    private final ColumnDescriptor column;
    private final RunLengthBitPackingHybridValuesWriter repetition;
    private final RunLengthBitPackingHybridValuesWriter definition;
    private final List<Page> pages = new ArrayList<>();
    private byte[] values = new byte[PAGE_BYTES];
    private int filled;
    private FloatStatistics statistics;
    private final List<Integer> lengths = new ArrayList<>();
    /** The levels of the previous page, which serve for the next if its rows are as long. */
    private byte[] levels = {};

    private List<Integer> levelsOf = List.of();
    private long totalEntries;
    private long totalBytes;

    private record Page(BytesInput bytes, FloatStatistics statistics, int entries, int rows) {}

    /** The pages of a column in which only the lists repeat. */
    VectorPages(ColumnDescriptor column, ByteBufferAllocator allocator) {
        this.column = column;
        this.repetition = levels(allocator);
        this.definition = levels(allocator);
        this.statistics = statistics();
    }

    private static RunLengthBitPackingHybridValuesWriter levels(ByteBufferAllocator allocator) {
        return new RunLengthBitPackingHybridValuesWriter(LEVEL_BITS, LEVELS_BYTES, PAGE_BYTES, allocator);
    }

    private FloatStatistics statistics() {
        return (FloatStatistics) FloatStatistics.createStats(column.getPrimitiveType());
    }

    /** Adds a row. */
    void add(FloatBuffer vector) throws IOException {
        int length = vector.remaining();
        int size = length * Float.BYTES;
        if (values.length - filled < size) {
            endPage();
            if (values.length < size) {
                values = new byte[size];
            }
        }
        ByteBuffer place = ByteBuffer.wrap(values, filled, size).order(ByteOrder.LITTLE_ENDIAN);
        place.asFloatBuffer().put(vector.duplicate());
        filled += size;
        lengths.add(length);
        note(vector);
    }

    private void note(FloatBuffer vector) {
        if (!vector.hasRemaining()) {
            statistics.incrementNumNulls();
            return;
        }
        float[] numbers = new float[vector.remaining()];
        vector.duplicate().get(numbers);
        float least = numbers[0];
        float most = numbers[0];
        boolean unordered = false;
        for (float number : numbers) {
            least = number < least ? number : least;
            most = number > most ? number : most;
            unordered |= Float.isNaN(number);
        }
        statistics.updateStats(unordered ? Float.NaN : least);
        statistics.updateStats(unordered ? Float.NaN : most);
    }

    /** Bytes since the last {@link #writeTo}. */
    long bytes() {
        return totalBytes + filled;
    }

    private void endPage() throws IOException {
        if (lengths.isEmpty()) {
            return;
        }
        if (!lengths.equals(levelsOf)) {
            levels = encodeLevels();
            levelsOf = List.copyOf(lengths);
        }
        int entries = lengths.stream().mapToInt(length -> Math.max(1, length)).sum();
        BytesInput page = BytesInput.concat(BytesInput.from(levels), BytesInput.from(Arrays.copyOf(values, filled)));
        pages.add(new Page(page, statistics, entries, lengths.size()));
        totalEntries += entries;
        totalBytes += filled;
        statistics = statistics();
        filled = 0;
        lengths.clear();
    }

    private byte[] encodeLevels() throws IOException {
        for (int length : lengths) {
            for (int i = 0; i < Math.max(1, length); i++) {
                repetition.writeInteger(i == 0 ? 0 : 1);
                definition.writeInteger(length == 0 ? 0 : 1);
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BytesInput.concat(repetition.getBytes(), definition.getBytes()).writeAllTo(bytes);
        repetition.reset();
        definition.reset();
        return bytes.toByteArray();
    }

    /** Writes the column of a row group and begins the next one. */
    void writeTo(ParquetFileWriter file) throws IOException {
        endPage();
        file.startColumn(column, totalEntries, CompressionCodecName.UNCOMPRESSED);
        for (Page page : pages) {
            file.writeDataPage(
                    page.entries,
                    Math.toIntExact(page.bytes.size()),
                    page.bytes,
                    page.statistics,
                    page.rows,
                    Encoding.RLE,
                    Encoding.RLE,
                    Encoding.PLAIN);
        }
        file.endColumn();
        pages.clear();
        totalEntries = 0;
        totalBytes = 0;
    }

    void close() {
        repetition.close();
        definition.close();
    }
}
