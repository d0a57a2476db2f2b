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
     * Replaces each placeholder by the text that a picture needs in its place.
     *
     * @throws IllegalArgumentException if there are more or fewer placeholders than pictures
     */
    public static List<PromptPiece> expand(
            String prompt, String placeholder, List<VisionFeatures> images, Function<VisionFeatures, String> text) {
        return expandToPieces(prompt, placeholder, images, image -> new PromptPiece.Text(text.apply(image)));
    }

    /**
     * Replaces each placeholder by the piece that a picture needs in its place.
     *
     * @return the pieces in order; neighbouring texts are one
     * @throws IllegalArgumentException if there are more or fewer placeholders than pictures
     */
    public static List<PromptPiece> expandToPieces(
            String prompt, String placeholder, List<VisionFeatures> images, Function<VisionFeatures, PromptPiece> of) {
        require(prompt, placeholder, images.size());
        List<PromptPiece> pieces = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        int from = 0;
        for (VisionFeatures image : images) {
            int at = prompt.indexOf(placeholder, from);
            text.append(prompt, from, at);
            PromptPiece piece = of.apply(image);
            if (piece instanceof PromptPiece.Text more) {
                text.append(more.text());
            } else {
                endText(text, pieces);
                pieces.add(piece);
            }
            from = at + placeholder.length();
        }
        text.append(prompt, from, prompt.length());
        endText(text, pieces);
        return pieces;
    }

    private static void endText(StringBuilder text, List<PromptPiece> pieces) {
        if (!text.isEmpty()) {
            pieces.add(new PromptPiece.Text(text.toString()));
            text.setLength(0);
        }
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
