package dev.embedonce.server.schedule;

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
