package io.millrace.script.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.output.OutputMessage;
import io.millrace.script.output.OutputRing;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A script thread and the output thread at the two ends of one ring. */
@Timeout(60)
final class ScriptOutputTest {
    private static final int TEXTS = 200_000;
    private static final int LONGEST = 500;

    private final OneToOneRingBuffer ring = OutputRing.allocate(OutputRing.MIN_CAPACITY);
    private final Telemetry telemetry = new Telemetry();
    private final UnsafeBuffer text = new UnsafeBuffer(ByteBuffer.allocateDirect(LONGEST));

    /** What the reader saw, in order. */
    private static final class Reader {
        private long texts;
        private long last = -1;
        private boolean ended;

        void read(final OneToOneRingBuffer ring) {
            ring.read((type, buffer, offset, length) -> {
                final long number = buffer.getLong(offset);
                if (type == OutputMessage.EPOCH) {
                    ended = true;
                    return;
                }
                assertThat(type).isEqualTo(OutputMessage.TEXT);
                assertThat(number).isGreaterThan(last);
                assertThat(length).isEqualTo(lengthOf(number));
                for (int at = Long.BYTES; at < length; at++) {
                    if (buffer.getByte(offset + at) != (byte) number) {
                        throw new AssertionError("text " + number + " is not whole: byte " + at);
                    }
                }
                last = number;
                texts++;
            });
        }

        void readToTheEnd(final OneToOneRingBuffer ring) {
            while (!ended) {
                read(ring);
            }
        }
    }

    @Test
    void shouldLoseNothingWhereItWaitsForRoom() throws Exception {
        final Reader reader = writeBeside(output(true));

        assertThat(reader.texts).isEqualTo(TEXTS);
        assertThat(telemetry.total(ScriptCounter.TEXTS_REFUSED)).isZero();
    }

    @Test
    void shouldCountEveryTextThatFoundTheRingFull() throws Exception {
        final ScriptOutput output = output(false);
        int number = 0;
        while (telemetry.total(ScriptCounter.TEXTS_REFUSED) == 0) {
            write(output, number++);
        }
        final int before = number;
        final Reader reader = writeBeside(output, before);

        assertThat(reader.texts + telemetry.total(ScriptCounter.TEXTS_REFUSED)).isEqualTo((long) before + TEXTS);
    }

    private Reader writeBeside(final ScriptOutput output) throws InterruptedException, ExecutionException {
        return writeBeside(output, 0);
    }

    /** Writes so many texts, numbered on from {@code first}, and an epoch, while another thread reads them. */
    private Reader writeBeside(final ScriptOutput output, final int first)
        throws InterruptedException, ExecutionException {

        final Reader reader = new Reader();
        final FutureTask<Void> reading = new FutureTask<>(() -> reader.readToTheEnd(ring), null);
        final Thread thread = Thread.ofPlatform().daemon(true).start(reading);
        for (int number = first; number < first + TEXTS; number++) {
            write(output, number);
        }
        output.writeEpoch(Long.MAX_VALUE);
        thread.join();
        reading.get();
        return reader;
    }

    private void write(final ScriptOutput output, final int number) {
        final int length = lengthOf(number);
        text.putLong(0, number);
        text.setMemory(Long.BYTES, length - Long.BYTES, (byte) number);
        output.writeText(text.addressOffset(), length);
    }

    private static int lengthOf(final long number) {
        return Long.BYTES + (int) (number * 31 % (LONGEST - Long.BYTES));
    }

    private ScriptOutput output(final boolean lossless) {
        return new ScriptOutput(ring, new int[] {0}, lossless, new YieldingIdleStrategy(), telemetry, "script-0");
    }
}
