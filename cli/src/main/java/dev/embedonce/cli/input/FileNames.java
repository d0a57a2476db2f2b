package dev.embedonce.cli.input;

import dev.embedonce.cli.terminal.NativeText;
import dev.embedonce.embed.ImageItem;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * File names as text, the same in every locale. To a Unix system a name is bytes. Java decodes them by the locale, and
 * in the locale C all that is not ASCII is lost in {@link Path#toString}, although the path itself keeps its bytes and
 * {@link Path#toUri} shows them.
 *
 * <p>The text of a name is its bytes read as UTF-8. A name that is not UTF-8 is written as its {@code file:} URI, and
 * such URIs are accepted wherever a path is.
 */
final class FileNames {
    private static final String URI_START = "file:///";
    private static final String PLAIN = "/._-~";

    private FileNames() {}

    /** The image in a file, called by its name. */
    static ImageItem item(Path file) {
        return ImageItem.of(text(file), file);
    }

    /** What to call a file. */
    static String text(Path path) {
        String name = path.toString();
        if (NativeText.isComplete(name)) {
            return name;
        }
        String uri = path.toUri().toString(); // absolute, every byte that is not ASCII escaped
        String folder = Path.of("").toUri().toString();
        boolean relative = !path.isAbsolute() && uri.startsWith(folder);
        String escaped = relative ? uri.substring(folder.length()) : uri.substring(URI_START.length() - 1);
        if (escaped.endsWith("/") && escaped.length() > 1) {
            escaped = escaped.substring(0, escaped.length() - 1); // a folder
        }
        try {
            return utf8(unescaped(escaped));
        } catch (CharacterCodingException e) {
            return uri;
        }
    }

    /**
     * The path that is written as {@code text}.
     *
     * @throws InvalidPathException if it is none
     */
    static Path path(String text) {
        return path(Path.of(""), text);
    }

    /**
     * The path that is written as {@code text}, in {@code folder} if it is relative.
     *
     * @throws InvalidPathException if it is none
     */
    static Path path(Path folder, String text) {
        if (text.startsWith(URI_START)) {
            return path(URI.create(URI_START).resolve(checked(text)));
        }
        return NativeText.canSpell(text) ? folder.resolve(text) : path(folder, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The path of these bytes, in {@code folder} if it is relative.
     *
     * @throws InvalidPathException if it is none
     */
    static Path path(Path folder, byte[] name) {
        boolean absolute = name.length > 0 && name[0] == '/';
        String start = absolute ? "" : folder.toUri().getRawPath();
        String between = absolute || start.endsWith("/") ? "" : "/";
        return path(URI.create("file://" + start + between + escaped(name)));
    }

    /** UTF-8 as text, and nothing else. */
    static String utf8(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    private static URI checked(String uri) {
        try {
            return URI.create(uri);
        } catch (IllegalArgumentException e) {
            throw new InvalidPathException(uri, "not a file: URI");
        }
    }

    private static Path path(URI uri) {
        try {
            return Path.of(uri);
        } catch (IllegalArgumentException e) {
            throw new InvalidPathException(uri.toString(), String.valueOf(e.getMessage()));
        }
    }

    private static String escaped(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length + 16);
        for (byte b : bytes) {
            boolean plain = (b >= '0' && b <= '9')
                    || (b >= 'A' && b <= 'Z')
                    || (b >= 'a' && b <= 'z')
                    || (b > 0 && PLAIN.indexOf(b) >= 0);
            text.append(plain ? String.valueOf((char) b) : String.format(Locale.ROOT, "%%%02X", b));
        }
        return text.toString();
    }

    private static byte[] unescaped(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                bytes.write(Integer.parseInt(text, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toByteArray();
    }
}
