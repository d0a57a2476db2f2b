package dev.embedonce.store.files;

import dev.embedonce.codec.NpyHeader;
import dev.embedonce.codec.Safetensors;
import dev.embedonce.codec.SafetensorsHeader;
import dev.embedonce.codec.Stored;
import dev.embedonce.codec.TensorSpec;
import dev.embedonce.error.CorruptEntryException;
import dev.embedonce.store.PrivateFiles;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The bytes of one entry's file. All numbers little-endian; "header" is the sealed header of a {@link Stored.Sealed}.
 *
 * <pre>
 * HASH.npy          one float32 vector: .npy header of 192 bytes, elements,
 *                   then the trailer: header, uint32 length of header, 8 bytes "EMBOTAIL"
 * HASH.safetensors  a bundle: a safetensors file whose __metadata__ has one item, "embedonce" = base64 of header
 * HASH.link         a link: header
 * HASH.entry        a record whose header this build cannot lay out: 4 bytes "EMBR", uint32 length of header, header,
 * data
 * </pre>
 *
 * numpy reads the elements that its own header announces and ignores what follows; safetensors refuses bytes after the
 * data, so there the header lies in front. A {@code .npy} without trailer is foreign.
 */
enum EntryFile {
    NPY(".npy"),
    SAFETENSORS(".safetensors"),
    LINK(".link"),
    RAW(".entry");

    private static final List<EntryFile> KINDS = List.of(values());

    /**
     * Where the elements of an array of ours start. NumPy itself pads a vector's header to 128 bytes, so this also says
     * that a trailer must follow the elements: a file of ours that lost it does not pass for one of NumPy's.
     */
    static final int NPY_BYTES = 192;

    private static final byte[] TAIL_MAGIC = "EMBOTAIL".getBytes(StandardCharsets.US_ASCII);
    private static final int TAIL_BYTES = Integer.BYTES + TAIL_MAGIC.length;
    private static final int RAW_MAGIC = 0x52424D45; // "EMBR"
    private static final int RAW_PREFIX_BYTES = 2 * Integer.BYTES;
    private static final Set<StandardOpenOption> NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    private static final String METADATA_KEY = "embedonce";
    private static final byte[] OUR_JSON_START =
            ("{\"__metadata__\":{\"" + METADATA_KEY + "\":\"").getBytes(StandardCharsets.US_ASCII);

    /** Up to this size a file is written in one piece. */
    private static final int ONE_PIECE_BYTES = 64 * 1024;

    /**
     * The JDK copies heap buffers through direct ones of the same size and keeps those: so not more than this at once.
     */
    private static final int WRITE_SLICE_BYTES = 1024 * 1024;

    private final String extension;

    EntryFile(String extension) {
        this.extension = extension;
    }

    String extension() {
        return extension;
    }

    static List<EntryFile> kinds() {
        return KINDS;
    }

    /** The kind that a file name's extension says. */
    static Optional<EntryFile> ofName(String name) {
        return KINDS.stream().filter(kind -> name.endsWith(kind.extension)).findFirst();
    }

    /** A record as the kind of file it is kept in and the pieces of that file. */
    record Laid(EntryFile kind, List<ByteBuffer> pieces) {
        long sizeBytes() {
            long size = 0;
            for (ByteBuffer piece : pieces) {
                size += piece.remaining();
            }
            return size;
        }

        void write(Path file, boolean fsync) throws IOException {
            try (FileChannel out = FileChannel.open(file, NEW, PrivateFiles.ofFile(file))) {
                long size = sizeBytes();
                if (size <= ONE_PIECE_BYTES) {
                    ByteBuffer whole = ByteBuffer.allocate((int) size);
                    pieces.forEach(piece -> whole.put(piece.duplicate()));
                    writeFully(out, whole.flip());
                } else {
                    for (ByteBuffer piece : pieces) {
                        writeFully(out, piece.duplicate());
                    }
                }
                if (fsync) {
                    out.force(true);
                }
            }
        }

        private static void writeFully(FileChannel out, ByteBuffer from) throws IOException {
            int end = from.limit();
            while (from.position() < end) {
                from.limit(Math.min(end, from.position() + (from.isDirect() ? end : WRITE_SLICE_BYTES)));
                while (from.hasRemaining()) {
                    out.write(from);
                }
            }
        }
    }

    /** Chooses the kind of file and lays the record out. */
    static Laid lay(Stored.Sealed record) {
        ByteBuffer raw = record.header();
        ByteBuffer data = record.data();
        switch (record.content()) {
            case LINK -> {
                return new Laid(LINK, List.of(raw));
            }
            case VECTOR -> {
                ByteBuffer front = NpyHeader.ofFloats(NPY_BYTES, data.remaining() / Float.BYTES);
                return new Laid(NPY, List.of(front, data, raw, tail(raw.remaining())));
            }
            case BUNDLE -> {
                List<TensorSpec> tensors = record.tensors().orElseThrow();
                ByteBuffer front = prefix(tensors, raw);
                if (front.remaining() <= Safetensors.MAX_HEADER_BYTES && namesAreFree(tensors)) {
                    return new Laid(SAFETENSORS, List.of(front, data));
                }
            }
            case OPAQUE -> {
                // not for us to judge: kept as it is
            }
        }
        ByteBuffer front = ByteBuffer.allocate(RAW_PREFIX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        front.putInt(RAW_MAGIC).putInt(raw.remaining()).flip();
        return new Laid(RAW, List.of(front, raw, data));
    }

    private static boolean namesAreFree(List<TensorSpec> tensors) {
        return tensors.stream().noneMatch(tensor -> tensor.name().equals("__metadata__"));
    }

    private static ByteBuffer tail(int headerBytes) {
        return ByteBuffer.allocate(TAIL_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(headerBytes)
                .put(TAIL_MAGIC)
                .flip();
    }

    private static ByteBuffer prefix(List<TensorSpec> tensors, ByteBuffer header) {
        byte[] bytes = new byte[header.remaining()];
        header.duplicate().get(bytes);
        return Safetensors.prefix(
                tensors, Map.of(METADATA_KEY, Base64.getEncoder().encodeToString(bytes)));
    }

    /**
     * Reads a file. A layout that is broken is {@link Stored.Damaged}; what the record says is left to the codec.
     *
     * @throws IOException if the file is not there or cannot be read
     */
    Stored read(Path file) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = in.size();
            try {
                return switch (this) {
                    case NPY -> npy(read(in, 0, whole(size)), file);
                    case SAFETENSORS -> safetensors(in, size);
                    case LINK -> new Stored.Sealed(read(in, 0, whole(size)), ByteBuffer.allocate(0));
                    case RAW -> raw(read(in, 0, whole(size)));
                };
            } catch (CorruptEntryException e) {
                return new Stored.Damaged(file.getFileName() + ": " + e.getMessage());
            } catch (EOFException e) {
                return new Stored.Damaged(file.getFileName() + " was cut while it was read");
            }
        }
    }

    private static int whole(long size) {
        if (size > Integer.MAX_VALUE) {
            throw new CorruptEntryException(size + " bytes are more than an entry can have");
        }
        return (int) size;
    }

    private static ByteBuffer read(FileChannel in, long from, int size) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(size);
        FileBytes.read(in, from, buffer);
        return buffer.order(ByteOrder.LITTLE_ENDIAN);
    }

    private static boolean hasTail(ByteBuffer end) {
        byte[] magic = new byte[TAIL_MAGIC.length];
        if (end.remaining() < TAIL_BYTES) {
            return false;
        }
        end.get(end.limit() - magic.length, magic);
        return Arrays.equals(magic, TAIL_MAGIC);
    }

    private static Stored npy(ByteBuffer file, Path path) throws IOException {
        if (!hasTail(file)) {
            return foreign(file, path);
        }
        int tailStart = file.limit() - TAIL_BYTES;
        long headerBytes = Integer.toUnsignedLong(file.getInt(tailStart));
        long dataBytes = tailStart - headerBytes - NPY_BYTES;
        if (dataBytes < 0 || dataBytes % Float.BYTES != 0) {
            throw new CorruptEntryException("its trailer announces a header of " + headerBytes + " bytes");
        }
        if (!file.slice(0, NPY_BYTES).equals(NpyHeader.ofFloats(NPY_BYTES, dataBytes / Float.BYTES))) {
            throw new CorruptEntryException("its .npy header is not that of a vector of " + dataBytes + " bytes");
        }
        int headerStart = NPY_BYTES + (int) dataBytes;
        return new Stored.Sealed(file.slice(headerStart, (int) headerBytes), file.slice(NPY_BYTES, (int) dataBytes));
    }

    private static Stored foreign(ByteBuffer file, Path path) throws IOException {
        NpyHeader header = npyHeader(file);
        if (header.sizeBytes() == NPY_BYTES) {
            throw new CorruptEntryException("its trailer is missing or broken");
        }
        long[] shape = header.shape();
        if (!header.isFloat32() || shape.length != 1) {
            throw new CorruptEntryException("not a float32 vector but " + header);
        }
        int dataBytes = file.limit() - header.sizeBytes();
        if (shape[0] * Float.BYTES != dataBytes) {
            throw new CorruptEntryException(dataBytes + " bytes of data for a vector of " + shape[0]);
        }
        Instant modified = Files.getLastModifiedTime(path).toInstant();
        return new Stored.Foreign(file.slice(header.sizeBytes(), dataBytes), modified);
    }

    private static NpyHeader npyHeader(ByteBuffer file) throws IOException {
        return NpyHeader.read(new ByteArrayInputStream(file.array(), file.arrayOffset(), file.limit()));
    }

    private static Stored raw(ByteBuffer file) {
        if (file.limit() < RAW_PREFIX_BYTES || file.getInt(0) != RAW_MAGIC) {
            throw new CorruptEntryException("it does not start with EMBR");
        }
        long headerBytes = Integer.toUnsignedLong(file.getInt(Integer.BYTES));
        if (headerBytes > file.limit() - RAW_PREFIX_BYTES) {
            throw new CorruptEntryException("it announces a header of " + headerBytes + " bytes");
        }
        int dataStart = RAW_PREFIX_BYTES + (int) headerBytes;
        return new Stored.Sealed(
                file.slice(RAW_PREFIX_BYTES, (int) headerBytes), file.slice(dataStart, file.limit() - dataStart));
    }

    /** The length prefix and the JSON. */
    private static ByteBuffer front(FileChannel in, long size) throws IOException {
        ByteBuffer start = read(in, 0, (int) Math.min(size, SafetensorsHeader.LENGTH_BYTES));
        int jsonBytes = SafetensorsHeader.jsonBytes(start, size, Safetensors.MAX_HEADER_BYTES);
        return read(in, 0, SafetensorsHeader.LENGTH_BYTES + jsonBytes);
    }

    /** The header in a file's JSON as we write it, or empty if another program has written the JSON anew. */
    private static Optional<byte[]> ourHeader(ByteBuffer front) {
        int start = SafetensorsHeader.LENGTH_BYTES + OUR_JSON_START.length;
        if (front.limit() < start
                || !front.slice(SafetensorsHeader.LENGTH_BYTES, OUR_JSON_START.length)
                        .equals(ByteBuffer.wrap(OUR_JSON_START))) {
            return Optional.empty();
        }
        int end = start;
        while (end < front.limit() && front.get(end) != '"') {
            end++;
        }
        byte[] base64 = new byte[end - start];
        front.get(start, base64);
        return Optional.of(decode(base64));
    }

    private static byte[] decode(byte[] base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new CorruptEntryException("its header is not base64", e);
        }
    }

    private static Stored safetensors(FileChannel in, long size) throws IOException {
        ByteBuffer front = front(in, size);
        Optional<byte[]> header = ourHeader(front);
        if (header.isPresent()) {
            ByteBuffer bytes = ByteBuffer.wrap(header.get());
            Stored.Sealed record = new Stored.Sealed(bytes, read(in, front.limit(), whole(size - front.limit())));
            Optional<List<TensorSpec>> tensors = record.tensors();
            // a header that this build does not read: the codec says why
            if (tensors.isEmpty() || front.equals(prefix(tensors.get(), bytes))) {
                return record;
            }
        }
        return rewritten(read(in, 0, whole(size)));
    }

    /** A file that says the same as one of ours in other JSON. */
    private static Stored rewritten(ByteBuffer file) {
        Safetensors parsed = Safetensors.read(file);
        String base64 = parsed.metadata().get(METADATA_KEY);
        if (base64 == null) {
            throw new CorruptEntryException("a bundle without our header");
        }
        ByteBuffer header = ByteBuffer.wrap(decode(base64.getBytes(StandardCharsets.UTF_8)));
        Stored.Sealed record = new Stored.Sealed(header, parsed.data());
        if (!record.tensors().equals(Optional.of(parsed.tensors()))) {
            throw new CorruptEntryException("its tensors are not those of its header");
        }
        return record;
    }

    /** The versions that an entry's header echoes, if the file is one with a header. Reads the whole file. */
    static Optional<Folder.Versions> echo(Path file) {
        try {
            Optional<EntryFile> kind = ofName(file.toString());
            if (kind.isPresent() && kind.get().read(file) instanceof Stored.Sealed sealed) {
                return sealed.echo().map(key -> new Folder.Versions(key.modelVersion(), key.preprocVersion()));
            }
        } catch (ClosedChannelException e) {
            throw new UncheckedIOException(e); // interrupted: that says nothing about the file
        } catch (IOException | CorruptEntryException e) {
            return Optional.empty(); // another entry will tell
        }
        return Optional.empty();
    }

    /** The bytes of header and data, or the whole size if the layout is broken. Reads no data. */
    long contentBytes(Path file, long size) throws IOException {
        if (this == LINK) {
            return size;
        }
        if (this == RAW) {
            return Math.max(size - RAW_PREFIX_BYTES, 0);
        }
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            if (this == SAFETENSORS) {
                ByteBuffer front = front(in, size);
                return ourHeader(front)
                        .map(header -> header.length + size - front.limit())
                        .orElse(size);
            }
            if (size > TAIL_BYTES && hasTail(read(in, size - TAIL_BYTES, TAIL_BYTES))) {
                return Math.max(size - TAIL_BYTES - NPY_BYTES, 0);
            }
            return size - npyHeader(read(in, 0, (int) Math.min(size, 4096))).sizeBytes();
        } catch (CorruptEntryException | EOFException e) {
            return size;
        }
    }
}
