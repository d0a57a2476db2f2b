package dev.embedonce.lab.mesh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The geometry of Wavefront OBJ files: {@code v} and {@code f} lines. Faces may have any number of corners, texture and
 * normal numbers after a slash, and negative numbers that count back from the latest vertex. Other lines (normals,
 * groups, materials, curves) do not affect the shape and are skipped.
 */
public final class ObjFormat {
    private ObjFormat() {}

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
        MeshBuilder mesh = new MeshBuilder();
        boolean faces = false;
        while (tokens.hasNext()) {
            Tokens.Line line = tokens.next("a line");
            String word = line.words().get(0);
            if (word.equals("v")) {
                mesh.vertex(tokens.coordinate(line, 1), tokens.coordinate(line, 2), tokens.coordinate(line, 3));
            } else if (word.equals("f")) {
                mesh.face(corners(tokens, line, mesh.vertexCount()));
                faces = true;
            }
        }
        if (!faces) {
            throw tokens.broken(1, "no face anywhere in the file");
        }
        return mesh.build();
    }

    private static int[] corners(Tokens tokens, Tokens.Line line, int vertices) {
        List<String> words = line.words();
        if (words.size() < 4) {
            throw tokens.broken(line.number(), "a face has three corners or more; found " + (words.size() - 1));
        }
        int[] corners = new int[words.size() - 1];
        for (int i = 0; i < corners.length; i++) {
            corners[i] = corner(tokens, line, words.get(i + 1), vertices);
        }
        return corners;
    }

    private static int corner(Tokens tokens, Tokens.Line line, String word, int vertices) {
        int slash = word.indexOf('/');
        String number = slash < 0 ? word : word.substring(0, slash);
        int index;
        try {
            index = Integer.parseInt(number);
        } catch (NumberFormatException e) {
            throw tokens.broken(line.number(), "expected a vertex number; found '" + word + "'");
        }
        int from0 = index < 0 ? vertices + index : index - 1;
        if (index == 0 || from0 < 0 || from0 >= vertices) {
            throw tokens.broken(line.number(), "vertex " + index + "; there are " + vertices + " so far, from 1");
        }
        return from0;
    }
}
