package dev.embedonce.vlm.prompt;

import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Placeholders of pictures, in text and among token ids. */
public final class Placeholders {
    private Placeholders() {}

    /**
     * Counts placeholders.
     *
     * @throws IllegalArgumentException if there are more or fewer placeholders than pictures
     */
    public static void require(String prompt, String placeholder, int images) {
        int found = 0;
        for (int at = prompt.indexOf(placeholder);
                at >= 0;
                at = prompt.indexOf(placeholder, at + placeholder.length())) {
            found++;
        }
        if (found != images) {
            throw new IllegalArgumentException("the prompt has " + found + " times the placeholder " + placeholder
                    + ", but " + images + (images == 1 ? " image was" : " images were") + " given");
        }
    }

    /**
     * Replaces each placeholder by what a picture needs in its place.
     *
     * @throws IllegalArgumentException if there are more or fewer placeholders than pictures
     */
    public static String expand(
            String prompt, String placeholder, List<VisionFeatures> images, Function<VisionFeatures, String> text) {
        require(prompt, placeholder, images.size());
        StringBuilder expanded = new StringBuilder();
        int from = 0;
        for (VisionFeatures image : images) {
            int at = prompt.indexOf(placeholder, from);
            expanded.append(prompt, from, at).append(text.apply(image));
            from = at + placeholder.length();
        }
        return expanded.append(prompt, from, prompt.length()).toString();
    }

    /**
     * Where the tokens of each picture are.
     *
     * @param id of the placeholder token
     * @return for each picture the indices of its tokens
     * @throws IllegalArgumentException if the ids have more or fewer placeholders than the features have tokens
     */
    public static List<int[]> indices(long[] ids, long id, List<VisionFeatures> images) {
        int[] all = new int[ids.length];
        int count = 0;
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == id) {
                all[count++] = i;
            }
        }
        int wanted = images.stream().mapToInt(VisionFeatures::tokens).sum();
        if (count != wanted) {
            throw new IllegalArgumentException("the prompt has " + count + " image tokens, but its " + images.size()
                    + " images have " + wanted + " features");
        }
        List<int[]> indices = new ArrayList<>();
        int from = 0;
        for (VisionFeatures image : images) {
            indices.add(Arrays.copyOfRange(all, from, from + image.tokens()));
            from += image.tokens();
        }
        return indices;
    }
}
