package dev.embedonce.lab.mesh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The OFF text format as ModelNet40 has it: {@code OFF}, the counts of vertices, faces and edges (in many files right
 * after the word, as in {@code OFF1568 3604 0}), a vertex a line, a face a line. Faces may have any number of corners
 * from three and colours after them; {@code #} begins a comment.
 */
public final class OffFormat {
    private static final String MAGIC = "OFF";

    private OffFormat() {}

    /**
     * Reads a file.
     *
     * @throws MeshFormatException naming the line that is broken
     */
    public static Mesh read(Path file) throws IOException {
        return parse(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
    }

    /**
     * Reads a text.
     *
     * @param name what messages call it
     * @throws MeshFormatException naming the line that is broken
     */
    public static Mesh parse(String name, String text) {
        Tokens tokens = new Tokens(name, text);
        Tokens.Line counts = counts(tokens);
        int vertices = count(tokens, counts, 0, "the number of vertices");
        int faces = count(tokens, counts, 1, "the number of faces");
        MeshBuilder mesh = new MeshBuilder();
        for (int i = 0; i < vertices; i++) {
            Tokens.Line line = tokens.next("vertex " + (i + 1) + " of " + vertices);
            mesh.vertex(tokens.coordinate(line, 0), tokens.coordinate(line, 1), tokens.coordinate(line, 2));
        }
        for (int i = 0; i < faces; i++) {
            mesh.face(corners(tokens, tokens.next("face " + (i + 1) + " of " + faces), vertices));
        }
        if (tokens.hasNext()) {
            Tokens.Line extra = tokens.next("nothing");
            throw tokens.broken(
                    extra.number(),
                    "more lines than the " + vertices + " vertices and " + faces + " faces that the file announces");
        }
        return mesh.build();
    }

    private static Tokens.Line counts(Tokens tokens) {
        Tokens.Line first = tokens.next("the word OFF");
        String word = first.words().get(0);
        if (!word.startsWith(MAGIC)) {
            throw tokens.broken(first.number(), "expected the word OFF; found '" + word + "'");
        }
        if (word.length() > MAGIC.length()) {
            List<String> words = new ArrayList<>(first.words());
            words.set(0, word.substring(MAGIC.length()));
            return new Tokens.Line(first.number(), words);
        }
        return first.words().size() > 1
                ? new Tokens.Line(
                        first.number(), first.words().subList(1, first.words().size()))
                : tokens.next("the numbers of vertices and faces");
    }

    private static int count(Tokens tokens, Tokens.Line line, int at, String wanted) {
        int count = tokens.whole(line, at, wanted);
        if (count < 0) {
            throw tokens.broken(line.number(), "expected " + wanted + "; found " + count);
        }
        return count;
    }

    private static int[] corners(Tokens tokens, Tokens.Line line, int vertices) {
        int count = tokens.whole(line, 0, "the number of corners");
        if (count < 3) {
            throw tokens.broken(line.number(), "a face has three corners or more; found " + count);
        }
        if (count > line.words().size() - 1) {
            throw tokens.broken(
                    line.number(),
                    "a face of " + count + " corners with " + (line.words().size() - 1) + " numbers");
        }
        int[] corners = new int[count];
        for (int i = 0; i < count; i++) {
            corners[i] = tokens.whole(line, i + 1, "a vertex number");
            if (corners[i] < 0 || corners[i] >= vertices) {
                throw tokens.broken(line.number(), "vertex " + corners[i] + "; there are " + vertices + ", from 0");
            }
        }
        return corners;
    }

    /** The text of a mesh, with six digits after the point. */
    public static String format(Mesh mesh) {
        StringBuilder text = new StringBuilder();
        text.append(MAGIC)
                .append('\n')
                .append(mesh.vertexCount())
                .append(' ')
                .append(mesh.triangleCount())
                .append(" 0\n");
        double[] v = mesh.vertices();
        for (int i = 0; i < v.length; i += 3) {
            text.append(String.format(Locale.ROOT, "%.6f %.6f %.6f\n", v[i], v[i + 1], v[i + 2]));
        }
        int[] t = mesh.triangles();
        for (int i = 0; i < t.length; i += 3) {
            text.append("3 ").append(t[i]).append(' ').append(t[i + 1]).append(' ');
            text.append(t[i + 2]).append('\n');
        }
        return text.toString();
    }
}
