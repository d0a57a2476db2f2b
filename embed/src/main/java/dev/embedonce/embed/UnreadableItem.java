package dev.embedonce.embed;

import java.io.IOException;

/** Something that is known to be no image before it is read. */
record UnreadableItem(String path, String reason) implements ImageItem {
    @Override
    public byte[] read(long maxBytes) throws IOException {
        throw new IOException(reason);
    }
}
