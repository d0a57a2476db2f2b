package dev.embedonce.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.resize.PillowProfile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** What Pillow, imagehash and transformers made of the test pictures; see scripts/golden-image. */
public final class Golden {
    private static final int DIGEST_BYTES = 16;

    private final JsonNode root;

    Golden(String resource) {
        this.root = json(resource);
    }

    public static Golden of(PillowProfile profile) {
        return new Golden(profile.label() + ".json");
    }

    public List<String> pictures() {
        List<String> names = new ArrayList<>();
        root.get("pictures").fieldNames().forEachRemaining(names::add);
        return names;
    }

    public JsonNode picture(String name) {
        return root.get("pictures").get(name);
    }

    public JsonNode processors() {
        return root.get("processors");
    }

    public JsonNode resizes() {
        return root.get("resizes");
    }

    public static byte[] pictureBytes(String name) {
        return resource("pictures/" + name);
    }

    public static JsonNode json(String resource) {
        try {
            return new ObjectMapper().readTree(resource(resource));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] resource(String name) {
        try (InputStream in = Golden.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("no test resource " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String digest(ByteBuffer bytes) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(bytes);
            return HexFormat.of().formatHex(sha256.digest(), 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String digest(PixelImage image) {
        return digest(image.samples());
    }

    public static String digest(FloatBuffer values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.remaining() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values.duplicate());
        return digest(bytes);
    }
}
