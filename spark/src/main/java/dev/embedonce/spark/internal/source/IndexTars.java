package dev.embedonce.spark.internal.source;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** Reads tars to their ends, and makes a row of a manifest of each picture on the way. */
final class IndexTars implements MapPartitionsFunction<String, Row> {
    private static final long serialVersionUID = 1;
    private static final ContentHasher HASHER = ContentHasher.sha256();
    private static final Set<String> PICTURES = Set.of("png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp");

    private final Contents contents;
    private final long maxImageBytes;

    IndexTars(Contents contents, long maxImageBytes) {
        this.contents = contents;
        this.maxImageBytes = maxImageBytes;
    }

    @Override
    public Iterator<Row> call(Iterator<String> tars) {
        return new Members(tars);
    }

    /** Lazily: a tar is never held. One that breaks off is a row of its own; what came before counts. */
    private final class Members implements Iterator<Row> {
        private final Iterator<String> tars;
        private String tar = "";
        private @Nullable TarArchiveInputStream in;
        private @Nullable Row next;

        Members(Iterator<String> tars) {
            this.tars = tars;
        }

        @Override
        public boolean hasNext() {
            while (next == null && (in != null || tars.hasNext())) {
                try {
                    if (in == null) {
                        tar = tars.next();
                        Path path = new Path(tar);
                        in = new TarArchiveInputStream(
                                path.getFileSystem(contents.hadoop().value()).open(path));
                    }
                    next = nextPicture(in);
                    if (next == null) {
                        close();
                    }
                } catch (IOException e) {
                    next = Manifest.unreadable(tar, e);
                    close();
                }
            }
            return next != null;
        }

        private @Nullable Row nextPicture(TarArchiveInputStream members) throws IOException {
            for (TarArchiveEntry member = members.getNextEntry(); member != null; member = members.getNextEntry()) {
                String name = member.getName();
                String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
                if (member.isFile() && PICTURES.contains(ending)) {
                    return row(Contents.member(tar, name), member, members);
                }
            }
            return null;
        }

        private Row row(String location, TarArchiveEntry member, TarArchiveInputStream members) throws IOException {
            if (member.isSparse()) {
                return Manifest.unreadable(location, new IOException("is a sparse file"));
            }
            if (member.getSize() == 0) {
                return Manifest.unreadable(location, new IOException("empty file"));
            }
            if (member.getSize() > maxImageBytes) {
                return Manifest.unreadable(location, new IOException("more than " + maxImageBytes + " bytes"));
            }
            long offset = members.getBytesRead(); // of the tar; the stream stands where the member begins
            ContentHash hash = HASHER.hash(members);
            return Manifest.row(location, hash.toBytes(), member.getSize(), offset);
        }

        private void close() {
            try {
                if (in != null) {
                    in.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                in = null;
            }
        }

        @Override
        public Row next() {
            if (!hasNext() || next == null) {
                throw new NoSuchElementException();
            }
            Row row = next;
            next = null;
            return row;
        }
    }
}
