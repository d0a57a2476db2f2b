package dev.embedonce.cli.input;

import java.io.IOException;

/** An image whose bytes are at hand. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record BytesItem(String path, byte[] bytes) implements ImageItem {
    @Override
    public byte[] read(long maxBytes) throws IOException {
        if (bytes.length == 0) {
            throw new IOException("empty value");
        }
        if (bytes.length > maxBytes) {
            throw new IOException("more than " + maxBytes + " bytes, the limit of --max-file-bytes");
        }
        return bytes;
    }
}
