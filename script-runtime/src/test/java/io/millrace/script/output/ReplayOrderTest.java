package io.millrace.script.output;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReplayOrderTest {
    private static final int RING_BYTES = 1024;
    private static final long MARKER = -1;

    private final List<OneToOneRingBuffer> rings = List.of(ring(), ring(), ring());
    private final List<String> written = new ArrayList<>();
    private final ReplayOrder order = new ReplayOrder(rings);
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[120]);

    @Test
    void shouldWriteRingByRingWithinAnEpoch() {
        send(2, 20);
        endEpoch(2, 1);
        send(1, 10);
        send(0, 1);
        send(0, 2);
        pollUntilIdle();
        assertThat(written).containsExactly("0:1", "0:2");

        endEpoch(0, 1);
        pollUntilIdle();
        assertThat(written).containsExactly("0:1", "0:2", "1:10");

        send(0, 3);
        send(1, 11);
        endEpoch(1, 1);
        pollUntilIdle();
        assertThat(written).containsExactly("0:1", "0:2", "1:10", "1:11", "2:20", "0:3");
    }

    @Test
    void shouldEmptyOtherRingsWhileItWaits() {
        for (int round = 0; round < 100; round++) {
            assertThat(send(1, round)).isTrue();
            assertThat(send(2, round)).isTrue();
            order.poll(this::onMessage);
            order.poll(this::onMessage);
        }
        assertThat(written).isEmpty();

        endEpoch(0, 1);
        pollUntilIdle();
        assertThat(written).hasSize(100).startsWith("1:0", "1:1").endsWith("1:98", "1:99");
    }

    @Test
    void shouldStageNoMoreThanOneEpoch() {
        endEpoch(1, 1);
        send(1, 7);
        pollUntilIdle();

        assertThat(rings.get(1).size()).as("what follows the marker stays in the ring").isPositive();
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3", "4", "5", "6", "7", "8"})
    void shouldKeepOneOrderInEveryInterleaving(final long seed) {
        final Random content = new Random(42);
        final List<Deque<Long>> scripts = new ArrayList<>();
        final List<String> expected = new ArrayList<>();
        for (int ring = 0; ring < rings.size(); ring++) {
            scripts.add(new ArrayDeque<>());
        }
        long number = 0;
        for (int epoch = 1; epoch <= 60; epoch++) {
            for (int ring = 0; ring < rings.size(); ring++) {
                final int count = content.nextInt(4) == 0 ? 0 : content.nextInt(80);
                for (int i = 0; i < count; i++) {
                    expected.add(ring + ":" + number);
                    scripts.get(ring).add(number++);
                }
                scripts.get(ring).add(MARKER);
            }
        }
        final Random schedule = new Random(seed);
        final long[] epochs = new long[rings.size()];
        int favourite = 0;
        int stalls = 0;
        while (scripts.stream().anyMatch(script -> !script.isEmpty())) {
            // One thread runs far ahead for a while, as a thread does that the others left alone on its core.
            favourite = schedule.nextInt(50) == 0 ? schedule.nextInt(rings.size()) : favourite;
            final int ring = schedule.nextInt(4) == 0 ? schedule.nextInt(rings.size()) : favourite;
            final boolean progress = sendNext(ring, scripts.get(ring), epochs)
                | (schedule.nextInt(3) > 0 && order.poll(this::onMessage) > 0);
            stalls = progress ? 0 : stalls + 1;
            assertThat(stalls).as("rounds without progress").isLessThan(2_000);
        }
        order.finish(this::onMessage);

        assertThat(written).isEqualTo(expected);
    }

    @Test
    void shouldWriteTheRestOfARunThatWasCutShort() {
        send(0, 1);
        send(1, 2);
        endEpoch(1, 1);
        send(1, 3);
        send(2, 4);
        order.finish(this::onMessage);

        assertThat(written).containsExactly("0:1", "1:2", "1:3", "2:4");
    }

    @Test
    void shouldRefuseRingsThatDisagreeOnEpochs() {
        endEpoch(0, 1);
        endEpoch(1, 2);

        assertThatThrownBy(this::pollUntilIdle).isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("ring 1").hasMessageContaining("epoch 2");
    }

    private boolean sendNext(final int ring, final Deque<Long> script, final long[] epochs) {
        if (script.isEmpty()) {
            return false;
        }
        final boolean sent = script.peek() == MARKER ? endEpoch(ring, epochs[ring] + 1) : send(ring, script.peek());
        if (sent && script.poll() == MARKER) {
            epochs[ring]++;
        }
        return sent;
    }

    private boolean send(final int ring, final long number) {
        message.putLong(0, number, LITTLE_ENDIAN);
        return rings.get(ring).write(OutputMessage.FLOW, message, 0, 8 + (int) (number % 100));
    }

    private boolean endEpoch(final int ring, final long epoch) {
        message.putLong(0, epoch, LITTLE_ENDIAN);
        return rings.get(ring).write(OutputMessage.EPOCH, message, 0, Long.BYTES);
    }

    private void pollUntilIdle() {
        int idle = 0;
        while (idle < 2) {
            idle = order.poll(this::onMessage) > 0 ? 0 : idle + 1;
        }
    }

    private void onMessage(
        final int source, final int type, final DirectBuffer buffer, final int offset, final int length) {
        final long number = buffer.getLong(offset, LITTLE_ENDIAN);
        assertThat(type).isEqualTo(OutputMessage.FLOW);
        assertThat(length).isEqualTo(8 + (int) (number % 100));
        written.add(source + ":" + number);
    }

    private static OneToOneRingBuffer ring() {
        return new OneToOneRingBuffer(
            new UnsafeBuffer(ByteBuffer.allocateDirect(RING_BYTES + RingBufferDescriptor.TRAILER_LENGTH)));
    }
}
