package dev.embedonce.vlm.family;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.vlm.load.FamilyFiles;
import java.io.IOException;
import java.nio.file.Path;

/** Changes what a model's files say. */
public final class ChangedField {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ChangedField() {}

    /**
     * Sets a field, or takes it away.
     *
     * @param field its name, or that of an object, a dot and its name there
     * @param value JSON with single quotes; empty takes the field away
     * @return the folder's files anew
     */
    public static FamilyFiles in(Path folder, String file, String field, String value) throws IOException {
        Path path = folder.resolve(file);
        ObjectNode root = (ObjectNode) JSON.readTree(path.toFile());
        int dot = field.indexOf('.');
        ObjectNode within = dot < 0 ? root : (ObjectNode) root.get(field.substring(0, dot));
        String name = field.substring(dot + 1);
        if (value.isEmpty()) {
            within.remove(name);
        } else {
            within.set(name, JSON.readTree(value.replace('\'', '"')));
        }
        JSON.writeValue(path.toFile(), root);
        return FamilyFiles.of(folder);
    }
}
