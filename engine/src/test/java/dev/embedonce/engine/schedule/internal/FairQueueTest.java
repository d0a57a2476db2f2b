package dev.embedonce.engine.schedule.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FairQueueTest {
    private final FairQueue<String> queue = new FairQueue<>();

    @Test
    void poll_severalTenants_takeTurns() {
        for (String value : new String[] {"a1", "a2", "a3", "b1", "c1", "c2"}) {
            queue.add(value.substring(0, 1), value);
        }

        StringBuilder order = new StringBuilder();
        for (String next = queue.poll(); next != null; next = queue.poll()) {
            order.append(next).append(' ');
        }

        assertThat(order).hasToString("a1 b1 c1 a2 c2 a3 ");
        assertThat(queue.size()).isZero();
    }

    @Test
    void poll_chargedTenants_shareTime() {
        for (int i = 1; i <= 3; i++) {
            queue.add("a", "a" + i);
        }
        for (int i = 1; i <= 8; i++) {
            queue.add("b", "b" + i);
        }

        StringBuilder order = new StringBuilder();
        for (String next = queue.poll(); next != null; next = queue.poll()) {
            order.append(next).append(' ');
            queue.charge(next.substring(0, 1), next.startsWith("a") ? 30 : 10);
        }

        assertThat(order).hasToString("a1 b1 b2 b3 a2 b4 b5 b6 a3 b7 b8 ");
    }

    @Test
    void poll_tenantThatWasAway_hasSavedNothingUp() {
        queue.add("a", "a1");
        queue.poll();
        queue.charge("a", 100);
        queue.add("a", "a2");
        queue.poll();
        queue.add("a", "a3");
        queue.add("a", "a4");
        queue.add("b", "b1");
        queue.add("b", "b2");
        queue.charge("a", 10);

        assertThat(queue.poll()).isEqualTo("b1");
        queue.charge("b", 50);
        assertThat(queue.poll()).isEqualTo("a3");
    }

    @Test
    void putBack_isItsTenantsNext() {
        queue.add("a", "a1");
        queue.add("a", "a2");
        String first = queue.poll();
        queue.putBack("a", String.valueOf(first));

        assertThat(queue.size()).isEqualTo(2);
        assertThat(queue.values()).containsExactly("a1", "a2");
    }

    @Test
    void removeIf_some_keepsTheOthersInOrder() {
        queue.add("a", "a1");
        queue.add("a", "a2");
        queue.add("b", "b1");

        assertThat(queue.removeIf(value -> !value.equals("a2"))).containsExactly("a1", "b1");
        assertThat(queue.size()).isEqualTo(1);
        assertThat(queue.poll()).isEqualTo("a2");
        assertThat(queue.poll()).isNull();
    }
}
