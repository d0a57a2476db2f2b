package dev.embedonce.cli.output;

import dev.embedonce.codec.NpyHeader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Vectors as one {@code .npy} (format 1.0, {@code <f4}, C order, {@code [rows, dimension]}) and a {@code .csv} with the
 * other columns, row for row.
 */
final class NpyVectorWriter implements VectorWriter {
    private static final int BUFFER_BYTES = 1 << 18;

    private final PendingFile vectors;
    private final PendingFile rows;
    private final FileChannel channel;
    private final BufferedWriter csv;
    private final ByteBuffer buffer;
    private final int dimension;
    private long count;

    NpyVectorWriter(Path target, int dimension) throws IOException {
        this.dimension = dimension;
        this.vectors = new PendingFile(target);
        this.rows = new PendingFile(Path.of(target.toString().replaceAll("(?i)\\.npy$", ".csv")));
        this.channel = FileChannel.open(vectors.temporary(), StandardOpenOption.WRITE);
        this.csv = Files.newBufferedWriter(rows.temporary());
        this.buffer = ByteBuffer.allocateDirect(Math.max(BUFFER_BYTES, dimension * Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        channel.write(header(0));
        csv.write("path,content_hash,width,height,model_version,preproc_version,status\n");
    }

    private ByteBuffer header(long rowCount) {
        return NpyHeader.ofFloats(NpyHeader.USUAL_BYTES, rowCount, dimension);
    }

    @Override
    public void write(VectorRow row) throws IOException {
        if (buffer.remaining() < dimension * Float.BYTES) {
            flush();
        }
        buffer.put(row.vector().tensor().data());
        count++;
        csv.write(String.join(
                        ",",
                        quoted(row.path()),
                        row.contentHash(),
                        String.valueOf(row.width()),
                        String.valueOf(row.height()),
                        quoted(row.modelVersion()),
                        quoted(row.preprocVersion()),
                        row.status())
                + "\n");
    }

    private static String quoted(String text) {
        return text.matches("[^\",\\r\\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    private void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    @Override
    public void commit() throws IOException {
        flush();
        channel.write(header(count), 0);
        channel.close();
        csv.close();
        vectors.publish();
        rows.publish();
    }

    @Override
    public void close() {
        try {
            channel.close();
            csv.close();
        } catch (IOException e) {
            // the files are deleted anyway
        }
        vectors.discard();
        rows.discard();
    }
}
