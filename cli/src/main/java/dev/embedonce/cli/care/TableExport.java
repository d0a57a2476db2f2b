package dev.embedonce.cli.care;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.care.EntryWalk;
import dev.embedonce.cli.output.VectorRow;
import dev.embedonce.cli.output.VectorWriter;
import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.value.Embedding;
import dev.embedonce.value.Entry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Writes the vectors of a cache as a table: the columns of {@code embed --out}, with an empty path. Bundles, links and
 * damaged entries are left out.
 */
final class TableExport {
    private final VectorWriter writer;
    private final int dimension;
    private long rows;
    private long skipped;

    private TableExport(VectorWriter writer, int dimension) {
        this.writer = writer;
        this.dimension = dimension;
    }

    static void run(CacheStore from, EntryCodec codec, Path file, boolean json) throws IOException {
        int dimension = firstDimension(from, codec);
        try (VectorWriter writer = VectorWriter.to(file, dimension)) {
            TableExport export = new TableExport(writer, dimension);
            EntryWalk.over(from, codec).forEach(Selection.ALL, CareOutput.progress("exporting"), export::write);
            writer.commit();
            export.print(file, json);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static int firstDimension(CacheStore from, EntryCodec codec) {
        return EntryWalk.over(from, codec)
                .firstVector(Selection.ALL)
                .orElseThrow(() -> new CliException("there are no vectors in " + from.description()))
                .dimension();
    }

    private void write(CacheKey key, Lookup lookup) {
        if (!(lookup instanceof Lookup.Hit hit) || !hit.entry().isEmbedding()) {
            skipped++;
            return;
        }
        Entry entry = hit.entry();
        Embedding vector = entry.embedding();
        if (vector.dimension() != dimension) {
            throw new CliException("the cache holds vectors of " + dimension + " and of " + vector.dimension()
                    + " floats; keep one model with 'cache gc --keep-model', or export to a store");
        }
        try {
            writer.write(new VectorRow(
                    "",
                    key.contentHash().hex(),
                    entry.provenance().width(),
                    entry.provenance().height(),
                    key.modelVersion(),
                    key.preprocVersion(),
                    "hit",
                    vector));
            rows++;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void print(Path file, boolean json) {
        if (json) {
            ObjectNode out = CareOutput.json();
            out.put("to", file.toString());
            out.put("rows", rows);
            out.put("skipped", skipped);
            CareOutput.print(out);
        } else {
            CareOutput.print(
                    "%,d vectors written to %s (%,d links, bundles and damaged entries left out)", rows, file, skipped);
        }
    }
}
