package dev.embedonce.vlm.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class StopStringsTest {
    private static String read(StopStrings stops, String... pieces) {
        StringBuilder out = new StringBuilder();
        for (String piece : pieces) {
            out.append(stops.next(piece));
        }
        return out.append(stops.rest()).toString();
    }

    @Test
    void none_givesEverythingAtOnce() {
        StopStrings stops = new StopStrings(List.of());
        assertThat(stops.next("abc")).isEqualTo("abc");
        assertThat(stops.rest()).isEmpty();
    }

    @Test
    void stop_acrossPieces_endsBeforeIt() {
        StopStrings stops = new StopStrings(List.of("END"));
        assertThat(read(stops, "one E", "N", "D two", "three")).isEqualTo("one ");
        assertThat(stops.isStopped()).isTrue();
    }

    @Test
    void beginningOfAStop_isHeldBack_andGivenWhenItIsNone() {
        StopStrings stops = new StopStrings(List.of("END"));
        assertThat(stops.next("one E")).isEqualTo("one ");
        assertThat(stops.next("x")).isEqualTo("Ex");
        assertThat(stops.next("EN")).isEmpty();
        assertThat(stops.rest()).isEqualTo("EN");
        assertThat(stops.isStopped()).isFalse();
    }

    @Test
    void earliestOfSeveral_counts() {
        assertThat(read(new StopStrings(List.of("later", "\n")), "a\nb later")).isEqualTo("a");
        assertThat(read(new StopStrings(List.of("abab")), "xabaab", "ab", "y")).isEqualTo("xaba");
    }

    @Test
    void empty_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new StopStrings(List.of("")));
    }
}
