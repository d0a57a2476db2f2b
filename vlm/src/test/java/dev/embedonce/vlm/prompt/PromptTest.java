package dev.embedonce.vlm.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.prompt.Prompt.Placement;
import dev.embedonce.vlm.prompt.Prompt.States;
import dev.embedonce.vlm.prompt.Prompt.Target;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What two prompts have in common, also when one of them has been read and its features are gone. */
class PromptTest {
    private static final long[] IDS = {1, 2, 99, 99, 3, 4};
    private static final long[] NOTHING = {};

    private static Prompt placed(float... features) {
        return Prompt.inOrder(
                IDS,
                List.of(
                        new Placement(Target.EMBEDDINGS, new int[] {2, 3}, Tensor.ofFloats(features, 2, 2)),
                        new Placement(
                                Target.addedBehind(0),
                                new int[] {2, 3},
                                Tensor.ofFloats(new float[] {7, 7, 7, 7}, 2, 2))));
    }

    private static Prompt attending(float... states) {
        return Prompt.inOrder(IDS, List.of())
                .withStates(List.of(new States(FeatureRows.of(Tensor.ofFloats(states, 2, 2)), 2, 2, 6)));
    }

    @Test
    void aReadPrompt_sharesAllWithOneOfTheSameFeatures() {
        Prompt read = placed(1, 2, 3, 4).read();

        assertThat(placed(1, 2, 3, 4).shared(read, NOTHING)).isEqualTo(IDS.length);
        assertThat(placed(1, 2, 3, 4).read().shared(read, NOTHING)).isEqualTo(IDS.length);
        assertThat(read.shared(placed(1, 2, 3, 4), NOTHING)).isEqualTo(IDS.length);
    }

    @Test
    void aReadPrompt_sharesWhatComesBeforeOtherFeatures() {
        Prompt read = placed(1, 2, 3, 4).read();

        assertThat(placed(1, 2, 3, 5).shared(read, NOTHING)).isEqualTo(2);
        assertThat(placed(1, 2, 3, 5).read().shared(read, NOTHING)).isEqualTo(2);
        assertThat(Prompt.inOrder(IDS, List.of()).shared(read, NOTHING)).isEqualTo(2);
    }

    @Test
    void aReadPrompt_sharesNothingWithOneThatAttendsToOtherStates() {
        Prompt read = attending(1, 2, 3, 4).read();

        assertThat(attending(1, 2, 3, 4).shared(read, NOTHING)).isEqualTo(IDS.length);
        assertThat(attending(1, 2, 3, 5).shared(read, NOTHING)).isZero();
        assertThat(Prompt.inOrder(IDS, List.of()).shared(read, NOTHING)).isZero();
    }

    @Test
    void aReadPrompt_hasNoFeaturesAnyMore() {
        FeatureRows placed = placed(1, 2, 3, 4).read().placements().get(0).rows();
        FeatureRows seen = attending(1, 2, 3, 4).read().states().get(0).rows();

        assertThatIllegalStateException().isThrownBy(placed::tensor).withMessageContaining("have been read");
        assertThatIllegalStateException().isThrownBy(seen::tensor);
        assertThat(placed.count()).isEqualTo(2);
        assertThat(seen.count()).isEqualTo(2);
    }

    @Test
    void features_areAsManyAsTheirTokens() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new Placement(Target.addedBehind(0), new int[] {1}, Tensor.ofFloats(new float[4], 2, 2)));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new Placement(Target.addedBehind(0), new int[] {1, 2}, Tensor.ofFloats(new float[2], 2)));
    }
}
