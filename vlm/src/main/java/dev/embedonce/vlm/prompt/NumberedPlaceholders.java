package dev.embedonce.vlm.prompt;

import java.util.List;
import java.util.regex.Pattern;

/** Placeholders {@code <|image_1|>}, {@code <|image_2|>}, .. of the Phi families. */
public final class NumberedPlaceholders {
    private static final Pattern ANY = Pattern.compile("<\\|image_([0-9]+)\\|>");

    private NumberedPlaceholders() {}

    /**
     * Counts placeholders.
     *
     * @throws IllegalArgumentException if they are not those of as many pictures, each once and in order
     */
    public static void require(String prompt, int images) {
        List<String> found =
                ANY.matcher(prompt).results().map(match -> match.group(1)).toList();
        for (int i = 0; i < Math.max(images, found.size()); i++) {
            if (found.size() != images || !found.get(i).equals(String.valueOf(i + 1))) {
                throw new IllegalArgumentException("the prompt has the placeholders <|image_k|> with k = " + found
                        + ", but " + images + (images == 1 ? " image was" : " images were")
                        + " given: each has one, numbered from 1 in order");
            }
        }
    }

    /** The texts before, between and after the placeholders: one more than there are of these. */
    public static List<String> textsAround(String prompt) {
        return List.of(ANY.split(prompt, -1));
    }
}
