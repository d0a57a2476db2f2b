package dev.embedonce.image.internal;

import dev.embedonce.image.ImageException;
import dev.embedonce.image.internal.jpeg.JpegSource;
import dev.embedonce.image.internal.webp.WebpSource;
import java.util.Locale;

/** Recognises a format by its first bytes and reads its header. */
public final class ImageSources {
    private static final int SHOWN_BYTES = 8;

    private ImageSources() {}

    /**
     * Opens a picture.
     *
     * @param budget for its header now and its pixels later
     * @throws ImageException if the bytes are no picture of a supported format, or end within the header
     */
    public static ImageSource open(byte[] data, WorkBudget budget) {
        if (data.length == 0) {
            throw new ImageException("not a supported image: empty");
        }
        if (startsWith(data, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n')) {
            return new PngSource(data, budget);
        }
        if (startsWith(data, 0xFF, 0xD8, 0xFF)) {
            return new JpegSource(data, budget);
        }
        if (Bytes.startsWith(data, 0, "GIF87a") || Bytes.startsWith(data, 0, "GIF89a")) {
            return new GifSource(data, budget);
        }
        if (Bytes.startsWith(data, 0, "BM")) {
            return new BmpSource(data, budget);
        }
        if (Bytes.startsWith(data, 0, "II*\0") || Bytes.startsWith(data, 0, "MM\0*")) {
            return new TiffSource(data, budget);
        }
        if (Bytes.startsWith(data, 0, "RIFF") && Bytes.startsWith(data, 8, "WEBP")) {
            return new WebpSource(data, budget);
        }
        throw new ImageException("not a supported image: starts with " + start(data));
    }

    private static boolean startsWith(byte[] data, int... expected) {
        if (data.length < expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if ((data[i] & 0xFF) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    private static String start(byte[] data) {
        StringBuilder text = new StringBuilder();
        boolean printable = true;
        int n = Math.min(SHOWN_BYTES, data.length);
        for (int i = 0; i < n; i++) {
            printable &= data[i] >= 0x20 && data[i] < 0x7F;
            text.append((char) data[i]);
        }
        if (printable) {
            return "'" + text + "'";
        }
        text.setLength(0);
        for (int i = 0; i < n; i++) {
            text.append(i == 0 ? "" : " ").append(String.format(Locale.ROOT, "%02x", data[i]));
        }
        return text.toString();
    }
}
