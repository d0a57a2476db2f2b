package dev.embedonce.vlm.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.text.TextModels;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.Prompt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecoderPartsTest {
    /** The runtime may fuse other operators where the parts meet. */
    private static final double TOLERANCE = 1e-5;

    private static final NameLayout LLAVA =
            name -> name.startsWith("lm_head") ? "language_model." + name : "language_model.model." + name;
    private static final NameLayout QWEN = name -> name.startsWith("lm_head") ? name : "model.language_model." + name;

    @TempDir
    Path temp;

    private List<Tensor> answer(String model, NameLayout layout, int parts) {
        FamilyFiles files = FamilyFiles.of(Goldens.of(model, "published").model(temp.resolve(model + parts)));
        TextModel config = TextModels.readOf(files.config());
        Prompt prompt = Prompt.inOrder(new long[] {5, 9, 17, 31, 8, 6}, List.of());
        List<Tensor> logits = new ArrayList<>();
        try (TextDecoder decoder = TextDecoder.open(files, Goldens.OPTIONS, List.of(layout), config, parts);
                SequenceBatch batch = decoder.newBatch()) {
            Sequence sequence = batch.open(prompt, 16);
            logits.add(batch.prefill(sequence, 4, Wanted.ALL));
            logits.add(batch.prefill(sequence, 2, Wanted.LAST));
            logits.add(batch.decode(List.of(sequence), new long[] {7}));
        }
        return logits;
    }

    private void assertAsWhole(String model, NameLayout layout) {
        List<Tensor> whole = answer(model, layout, 1);
        for (int parts = 2; parts <= 3; parts++) {
            List<Tensor> found = answer(model, layout, parts);
            for (int i = 0; i < whole.size(); i++) {
                assertThat(Goldens.difference(found.get(i), whole.get(i)))
                        .as("%s in %d parts, step %d", model, parts, i)
                        .isLessThan(TOLERANCE);
            }
        }
    }

    @Test
    void parts_answerAsTheWhole() {
        assertAsWhole("llava", LLAVA);
    }

    @Test
    void parts_ofAModelWithLevels_answerAsTheWhole() {
        assertAsWhole("qwen3_vl", QWEN);
    }

    /** The first layer hands inputs on to all; the last ones attend to what earlier ones keep. */
    @Test
    void parts_ofAModelWhoseLayersShare_answerAsTheWhole() {
        assertAsWhole("gemma4", QWEN);
    }

    @Test
    void partThatCannotBeOpened_isTheErrorItself() {
        assertThatThrownBy(() -> DecoderParts.open(List.of(2, 4), (first, end) -> () -> {
                    throw new ModelLoadException("layer " + first);
                }))
                .isInstanceOf(ModelLoadException.class)
                .hasMessage("layer 0");
    }
}
