package dev.embedonce.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.server.http.BodyBudget.Share;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BodyBudgetTest {
    private static void assertBusy(Runnable step) {
        assertThatThrownBy(step::run)
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.BUSY));
    }

    @Test
    void bytes_ofOneTenant_leaveAQuarterToOthers() {
        BodyBudget budget = new BodyBudget(1000, 10, 8, true);
        Share alice = budget.open("a");
        alice.take(750);

        assertBusy(() -> alice.take(1));
        Share bob = budget.open("b");
        bob.take(250);
        assertBusy(() -> bob.take(1));

        alice.close();
        bob.take(500);
        bob.close();
        bob.close();
        assertThat(budget.bytes()).isZero();
        assertThat(budget.reading()).isZero();
    }

    @Test
    void bytes_withoutTenants_areForAnybody() {
        Share all = new BodyBudget(1000, 10, 8, false).open("");

        all.take(1000);

        assertBusy(() -> all.take(1));
    }

    @Test
    void bodyOfFullSize_alwaysHasRoomInItsTenantsShare() {
        Share only = new BodyBudget(1000, 1000, 8, true).open("a");

        only.take(1000);

        assertBusy(() -> only.take(1));
    }

    @Test
    void bodies_ofOneTenant_leaveAQuarterToOthers() {
        BodyBudget budget = new BodyBudget(1000, 10, 8, true);
        List<Share> alice = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            alice.add(budget.open("a"));
        }

        assertBusy(() -> budget.open("a"));
        budget.open("b");
        budget.open("b");
        assertBusy(() -> budget.open("c"));

        alice.get(0).take(100);
        alice.get(0).endReading();
        budget.open("c");
        assertThat(budget.bytes()).isEqualTo(100);
        alice.get(0).close();
        assertThat(budget.bytes()).isZero();
        assertThat(budget.reading()).isEqualTo(8);
    }

    @Test
    void share_thatIsClosed_takesNothing() {
        BodyBudget budget = new BodyBudget(1000, 10, 8, true);
        Share share = budget.open("a");
        share.close();

        assertBusy(() -> share.take(1));
        share.endReading();

        assertThat(budget.bytes()).isZero();
        assertThat(budget.reading()).isZero();
    }
}
