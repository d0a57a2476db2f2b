package dev.embedonce.image.internal;

import dev.embedonce.image.ImageException;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Fax-compressed bilevel pages, by the JDK's own TIFF reader. */
final class TiffFax {
    private TiffFax() {}

    /** One bit a pixel, rows padded to bytes, values as stored. */
    static byte[] read(byte[] data, TiffLayout layout) {
        if (layout.bits() != 1 || layout.samples() != 1) {
            throw new ImageException("corrupt TIFF: fax compression of " + layout.samples() + " samples");
        }
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName("tiff");
        if (!readers.hasNext()) {
            throw new ImageException("TIFF with fax compression is not supported by this Java runtime");
        }
        ImageReader reader = readers.next();
        try (ImageInputStream input = new MemoryCacheImageInputStream(new ByteArrayInputStream(data))) {
            reader.setInput(input, true, true);
            BufferedImage image = reader.read(0);
            return pack(image.getRaster(), layout);
        } catch (IOException | RuntimeException e) {
            throw new ImageException("corrupt TIFF: fax data: " + e.getMessage(), e);
        } finally {
            reader.dispose();
        }
    }

    private static byte[] pack(Raster raster, TiffLayout layout) {
        byte[] packed = new byte[Math.multiplyExact(layout.rowBytes(), layout.height())];
        int[] row = new int[layout.width()];
        for (int y = 0; y < layout.height(); y++) {
            raster.getSamples(0, y, layout.width(), 1, 0, row);
            for (int x = 0; x < row.length; x++) {
                if (row[x] != 0) {
                    packed[y * layout.rowBytes() + (x >> 3)] |= (byte) (0x80 >> (x & 7));
                }
            }
        }
        return packed;
    }
}
