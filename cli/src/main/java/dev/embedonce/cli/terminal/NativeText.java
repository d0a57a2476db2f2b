package dev.embedonce.cli.terminal;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Text that Java decodes by the locale: names of files, arguments, standard output. The launcher starts Java in a UTF-8
 * locale; this is for those who do not use it.
 */
public final class NativeText {
    private static final char LOST = '\uFFFD';
    /** The names of files on Windows are characters already. */
    private static final boolean UTF_8 =
            Path.of("").getFileSystem().getSeparator().equals("\\")
                    || System.getProperty("sun.jnu.encoding", "").equalsIgnoreCase("UTF-8");

    private NativeText() {}

    /** Whether Java has decoded a name without loss. */
    public static boolean isComplete(String name) {
        return UTF_8 && name.indexOf(LOST) < 0;
    }

    /** Whether Java can write {@code text} as the name of a file. */
    public static boolean canSpell(String text) {
        return UTF_8 || isAscii(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Makes standard output and error UTF-8, whatever the locale. */
    public static void writeUtf8() {
        if (!UTF_8) {
            System.setProperty("sun.stdout.encoding", "UTF-8"); // picocli asks for these
            System.setProperty("sun.stderr.encoding", "UTF-8");
            System.setOut(utf8(FileDescriptor.out));
            System.setErr(utf8(FileDescriptor.err));
        }
    }

    private static PrintStream utf8(FileDescriptor file) {
        return new PrintStream(new BufferedOutputStream(new FileOutputStream(file)), true, StandardCharsets.UTF_8);
    }

    /**
     * Refuses arguments that Java could not decode: they would name another file.
     *
     * @throws CliException if one of them has characters that the locale does not have
     */
    public static void requireReadable(String... arguments) {
        boolean lost = !UTF_8 || Arrays.stream(arguments).anyMatch(argument -> argument.indexOf(LOST) >= 0);
        if (!lost) {
            return;
        }
        List<byte[]> given = commandLine();
        int options = given.size() - arguments.length;
        for (byte[] argument : given.subList(Math.max(0, options), given.size())) {
            if (UTF_8 ? !isUtf8(argument) : !isAscii(argument)) {
                throw new CliException("the argument '" + new String(argument, StandardCharsets.UTF_8)
                        + "' cannot be read in this locale (" + System.getProperty("sun.jnu.encoding") + "): "
                        + (UTF_8 ? "it is no UTF-8; name the file by a file: URI" : "set LC_ALL=C.UTF-8"));
            }
        }
    }

    /** The arguments as bytes, where the system shows them. */
    private static List<byte[]> commandLine() {
        try {
            byte[] all = Files.readAllBytes(Path.of("/proc/self/cmdline"));
            return Arrays.stream(new String(all, StandardCharsets.ISO_8859_1).split("\0", -1))
                    .map(argument -> argument.getBytes(StandardCharsets.ISO_8859_1))
                    .limit(countZeros(all))
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static long countZeros(byte[] bytes) {
        long count = 0;
        for (byte b : bytes) {
            count += b == 0 ? 1 : 0;
        }
        return count;
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static boolean isAscii(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }
}
