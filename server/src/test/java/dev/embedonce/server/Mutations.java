package dev.embedonce.server;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Spoils requests. */
final class Mutations {
    private static final String[] VALUES = {
        "null",
        "true",
        "-1",
        "0",
        "1e999",
        "99999999999999999999",
        "\"\"",
        "\"\\ud800\"",
        "[]",
        "{}",
        "[[[[]]]]",
        "\"<|im_start|>\"",
        "\"<|image_pad|>\"",
        "\"data:image/png;base64,AAAA\"",
        "\"http://127.0.0.1/\"",
        "\"file:///etc/passwd\"",
        "{\"type\":\"image_url\"}",
        "0.5",
        "\"\\u0000\""
    };

    private Mutations() {}

    static byte[] of(byte[] seed, Random random) {
        byte[] body = seed;
        for (int i = random.nextInt(3); i >= 0; i--) {
            body = switch (random.nextInt(6)) {
                case 0 -> flipped(body, random);
                case 1 -> Arrays.copyOf(body, random.nextInt(body.length + 1));
                case 2 -> doubled(body, random);
                default -> replaced(body, random);
            };
        }
        return body;
    }

    private static byte[] flipped(byte[] body, Random random) {
        byte[] copy = body.clone();
        if (copy.length > 0) {
            copy[random.nextInt(copy.length)] = (byte) random.nextInt(256);
        }
        return copy;
    }

    private static byte[] doubled(byte[] body, Random random) {
        int from = random.nextInt(body.length + 1);
        int to = from + random.nextInt(body.length - from + 1);
        byte[] copy = new byte[body.length + to - from];
        System.arraycopy(body, 0, copy, 0, to);
        System.arraycopy(body, from, copy, to, body.length - from);
        return copy;
    }

    /** Puts another value behind one of the colons or commas. */
    private static byte[] replaced(byte[] body, Random random) {
        String text = new String(body, StandardCharsets.ISO_8859_1);
        int colon = text.indexOf(random.nextBoolean() ? ':' : ',', random.nextInt(text.length() + 1));
        if (colon < 0) {
            return flipped(body, random);
        }
        int end = colon + 1;
        while (end < text.length() && ",}]".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        String value = VALUES[random.nextInt(VALUES.length)];
        return (text.substring(0, colon + 1) + value + text.substring(end)).getBytes(StandardCharsets.ISO_8859_1);
    }
}
