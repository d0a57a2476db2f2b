package dev.embedonce.embed;

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
            throw new TooManyBytesException(maxBytes);
        }
        return bytes;
    }
}
