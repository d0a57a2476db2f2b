package dev.embedonce.cli.input;

import java.io.IOException;

/** One image to be read: what to call it, and how to get its bytes. */
public interface ImageItem {
    /** What the user knows it by: the path as found, or the row of a table. */
    String path();

    /**
     * The encoded bytes.
     *
     * @param maxBytes the most an image file may have
     * @throws IOException if it cannot be read, is empty or has more than {@code maxBytes}; the message is a reason for people
     */
    byte[] read(long maxBytes) throws IOException;
}
