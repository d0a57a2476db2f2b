package dev.embedonce.image.internal.format;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.ImageSource;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.internal.jpeg.JpegSource;
import dev.embedonce.image.internal.webp.WebpSource;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.key.Revisions;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/** Recognises a format by its first bytes and reads its header. */
public final class ImageSources {
    private static final int SHOWN_BYTES = 8;

    /**
     * A format.
     *
     * @param name in preprocessing versions, which never changes
     * @param revision raised when other pixels are decoded from the same bytes
     */
    private record Format(
            String name,
            int revision,
            Predicate<byte[]> recognised,
            BiFunction<byte[], WorkBudget, ImageSource> reader) {}

    private static final List<Format> FORMATS = List.of(
            new Format("png", PngSource.REVISION, ImageSources::isPng, PngSource::new),
            new Format("jpeg", JpegSource.REVISION, data -> startsWith(data, 0xFF, 0xD8, 0xFF), JpegSource::new),
            new Format("gif", GifSource.REVISION, ImageSources::isGif, GifSource::new),
            new Format("bmp", BmpSource.REVISION, data -> Bytes.startsWith(data, 0, "BM"), BmpSource::new),
            new Format("tiff", TiffSource.REVISION, ImageSources::isTiff, TiffSource::new),
            new Format("webp", WebpSource.REVISION, ImageSources::isWebp, WebpSource::new));

    private ImageSources() {}

    /** Adds the revisions of all formats. */
    public static void describe(Revisions steps) {
        FORMATS.forEach(format -> steps.uses(format.name, format.revision));
    }

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
        for (Format format : FORMATS) {
            if (format.recognised.test(data)) {
                return format.reader.apply(data, budget);
            }
        }
        throw new ImageException("not a supported image: starts with " + start(data));
    }

    private static boolean isPng(byte[] data) {
        return startsWith(data, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n');
    }

    private static boolean isGif(byte[] data) {
        return Bytes.startsWith(data, 0, "GIF87a") || Bytes.startsWith(data, 0, "GIF89a");
    }

    private static boolean isTiff(byte[] data) {
        return Bytes.startsWith(data, 0, "II*\0") || Bytes.startsWith(data, 0, "MM\0*");
    }

    private static boolean isWebp(byte[] data) {
        return Bytes.startsWith(data, 0, "RIFF") && Bytes.startsWith(data, 8, "WEBP");
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
