package io.millrace.binding.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class InterfaceQueuesTest {
    @Test
    void shouldCountOneWhereNobodyTells() {
        assertThat(InterfaceQueues.of("lo")).isEqualTo(1);
        assertThat(InterfaceQueues.of("absent0")).isEqualTo(1);
    }
}
