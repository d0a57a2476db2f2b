package dev.embedonce.lab.picture;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Writes JPEG files with Java's own writer. */
public final class Jpeg {
    private static final int START_OF_IMAGE = 0xD8;
    private static final int COMMENT = 0xFE;

    private Jpeg() {}

    /** Whether these bytes begin as a JPEG does. */
    public static boolean isJpeg(byte[] encoded) {
        return encoded.length > 3 && (encoded[0] & 0xFF) == 0xFF && (encoded[1] & 0xFF) == START_OF_IMAGE;
    }

    /**
     * A baseline JPEG.
     *
     * @param quality 0 to 1
     */
    public static byte[] encode(RgbPicture picture, float quality) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam settings = writer.getDefaultWriteParam();
            settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            settings.setCompressionQuality(quality);
            writer.setOutput(out);
            writer.write(null, new IIOImage(picture.toBufferedImage(), null, null), settings);
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array does not fail", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** The same JPEG with a comment: other bytes, the very same pixels. */
    public static byte[] withComment(byte[] jpeg, String comment) {
        byte[] text = comment.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer out = ByteBuffer.allocate(jpeg.length + 4 + text.length);
        out.put(jpeg, 0, 2).put((byte) 0xFF).put((byte) COMMENT).putShort((short) (text.length + 2));
        return out.put(text).put(jpeg, 2, jpeg.length - 2).array();
    }
}
