package dev.embedonce.vlm.family.florence2;

import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.Prompt.Placement;
import dev.embedonce.vlm.prompt.Prompt.Target;
import dev.embedonce.vlm.prompt.PromptAssembler;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The features of one picture, then the text, in which a task such as {@code <OD>} is written out. All of it is
 * prefilled at once.
 *
 * @param marked whether prompts may come with a token for each feature, as transformers' processor writes them
 * @param marker the token that stands for a feature
 */
// Source: transformers 5.23, models/florence2/processing_florence2.py, Florence2Processor._construct_prompts
record Florence2Prompts(boolean marked, long marker) implements PromptAssembler {
    private static final String BEGIN = "<s>";
    private static final String END = "</s>";
    private static final String INPUT = "{input}";

    /** What tasks mean; those with an input take the text beside them. */
    private static final Map<String, String> TASKS = tasks();

    private static Map<String, String> tasks() {
        Map<String, String> tasks = new LinkedHashMap<>();
        tasks.put("<OCR>", "What is the text in the image?");
        tasks.put("<OCR_WITH_REGION>", "What is the text in the image, with regions?");
        tasks.put("<CAPTION>", "What does the image describe?");
        tasks.put("<DETAILED_CAPTION>", "Describe in detail what is shown in the image.");
        tasks.put("<MORE_DETAILED_CAPTION>", "Describe with a paragraph what is shown in the image.");
        tasks.put("<OD>", "Locate the objects with category name in the image.");
        tasks.put("<DENSE_REGION_CAPTION>", "Locate the objects in the image, with their descriptions.");
        tasks.put("<REGION_PROPOSAL>", "Locate the region proposals in the image.");
        tasks.put("<CAPTION_TO_PHRASE_GROUNDING>", "Locate the phrases in the caption: {input}");
        tasks.put("<REFERRING_EXPRESSION_SEGMENTATION>", "Locate {input} in the image with mask");
        tasks.put("<REGION_TO_SEGMENTATION>", "What is the polygon mask of region {input}");
        tasks.put("<OPEN_VOCABULARY_DETECTION>", "Locate {input} in the image.");
        tasks.put("<REGION_TO_CATEGORY>", "What is the region {input}?");
        tasks.put("<REGION_TO_DESCRIPTION>", "What does the region {input} describe?");
        tasks.put("<REGION_TO_OCR>", "What text is in the region {input}?");
        return tasks;
    }

    @Override
    public void requirePlaces(String prompt, int images) {
        requireOne(images);
        written(prompt);
    }

    @Override
    public List<PromptPiece> expand(String prompt, List<VisionFeatures> images) {
        requirePlaces(prompt, images.size());
        return List.of(new PromptPiece.Text(BEGIN + written(prompt) + END));
    }

    private static String written(String prompt) {
        for (Map.Entry<String, String> task : TASKS.entrySet()) {
            if (prompt.contains(task.getKey())) {
                if (task.getValue().contains(INPUT)) {
                    return task.getValue()
                            .replace(INPUT, prompt.replace(task.getKey(), "").strip());
                }
                if (!prompt.equals(task.getKey())) {
                    throw new IllegalArgumentException("the task " + task.getKey() + " takes no text beside it");
                }
                return task.getValue();
            }
        }
        return prompt;
    }

    private static void requireOne(int images) {
        if (images != 1) {
            throw new IllegalArgumentException("a prompt has one image, but " + images + " were given");
        }
    }

    @Override
    public Prompt assemble(long[] ids, List<VisionFeatures> images) {
        requireOne(images.size());
        VisionFeatures image = images.get(0);
        int[] tokens = new int[image.tokens()];
        Arrays.setAll(tokens, i -> i);
        return Prompt.inOrder(
                        withMarkers(ids, image.tokens()),
                        List.of(new Placement(Target.EMBEDDINGS, tokens, image.features())))
                .withAllBidirectional();
    }

    private long[] withMarkers(long[] ids, int count) {
        int found = 0;
        while (marked && found < ids.length && ids[found] == marker) {
            found++;
        }
        if (found == count) {
            return ids;
        }
        if (found > 0) {
            throw new IllegalArgumentException(
                    "the prompt has " + found + " image tokens, but its image has " + count + " features");
        }
        long[] all = new long[count + ids.length];
        Arrays.fill(all, 0, count, marker);
        System.arraycopy(ids, 0, all, count, ids.length);
        return all;
    }
}
