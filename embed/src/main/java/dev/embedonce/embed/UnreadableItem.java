package dev.embedonce.embed;

import java.io.IOException;

/** Something that is known not to be an image before it is read. */
record UnreadableItem(String path, String reason) implements ImageItem {
    @Override
    public byte[] read(long maxBytes) throws IOException {
        throw new IOException(reason);
    }
}
