package dev.embedonce.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.engine.schedule.Admission.FullException;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private final Admission admission = new Admission(4, 3);

    @Test
    void enter_moreThanOneTenantMayHave_isRefusedWhileOthersGetIn() {
        admission.enter("a", 3);

        assertThatThrownBy(() -> admission.enter("a", 1))
                .isInstanceOfSatisfying(
                        FullException.class,
                        e -> assertThat(e.retryAfterSeconds()).isBetween(1, 60));
        admission.enter("b", 1);
        assertThatThrownBy(() -> admission.enter("c", 1)).isInstanceOf(FullException.class);
    }

    @Test
    void close_twice_givesThePlaceBackOnce() {
        Admission.Place place = admission.enter("a", 2);
        admission.enter("b", 1);

        place.close();
        place.close();

        assertThat(admission.size()).isEqualTo(1);
        admission.enter("a", 3);
    }
}
