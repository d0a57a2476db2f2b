package dev.embedonce.graph.blocks;

import java.util.List;
import java.util.function.UnaryOperator;

/** How a checkpoint names the tensors of a model: from the canonical name to the one in the file. */
@FunctionalInterface
public interface NameLayout {
    /** The file's name for the tensor with this canonical name. */
    String nameOf(String canonical);

    /** The canonical names themselves. */
    static NameLayout canonical() {
        return name -> name;
    }

    /** The canonical names below a prefix, such as {@code vit.}. */
    static NameLayout prefixed(String prefix) {
        return name -> prefix + name;
    }

    /** The canonical names with parts replaced, one pair after the other. */
    static NameLayout replacing(String... pairs) {
        List<String> fixed = List.of(pairs);
        return name -> {
            String result = name;
            for (int i = 0; i < fixed.size(); i += 2) {
                result = result.replace(fixed.get(i), fixed.get(i + 1));
            }
            return result;
        };
    }

    /** This layout, followed by a change of the name that it returns. */
    default NameLayout then(UnaryOperator<String> change) {
        return name -> change.apply(nameOf(name));
    }
}
