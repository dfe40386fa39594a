package io.millrace.engine.flow.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.fixture.RecordedFlow;
import io.millrace.engine.memory.RawMemory;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class TcpSequenceTest {
    private static final long START_NS = 1_700_000_000_000_000_000L;
    private static final int SERVER_SIDE = 1;
    private static final long MS = 1_000_000;
    private static final int[] INITIAL_SEQUENCES = {0, 1_000_000, -1, -150, -250, Integer.MAX_VALUE - 120};

    static Stream<Arguments> segments() {
        return Stream.of(
            Arguments.of("in order", "0+100 100+100 200+50 250+0", "0 0 0 0"),
            Arguments.of("SYN and FIN count one each", "0S 1+100 101F 102+0", "0 0 0 0"),
            Arguments.of("repeated", "0+100 100+100 100+100 0+100", "2 0 0 0"),
            Arguments.of("repeated SYN", "0S 0S 1+10", "1 0 0 0"),
            Arguments.of("repeated with something new", "0+100 100+100 150+100 250+10", "1 0 0 0"),
            Arguments.of("acknowledgements only", "0+100 100+0 100+0 50+0 100+100", "0 0 0 0"),
            Arguments.of("an acknowledgement behind a hole", "0+100 400+0 100+100", "0 1 1 0"),
            Arguments.of("lost", "0+100 200+100 300+100", "0 0 1 0"),
            Arguments.of("out of order", "0+100 200+100 100+100 300+100", "0 1 0 0"),
            Arguments.of("hole filled in pieces", "0+100 300+100 100+100 200+100", "0 2 0 0"),
            Arguments.of("hole filled from its end", "0+100 300+100 200+100 100+100", "0 2 0 0"),
            Arguments.of("only the end of a hole filled", "0+100 300+100 200+100", "0 1 1 0"),
            Arguments.of("only the start of a hole filled", "0+100 300+100 100+100", "0 1 1 0"),
            Arguments.of("hole filled by a segment that repeats its surroundings", "0+100 200+100 50+200", "0 1 0 0"),
            Arguments.of("repeated after the hole was filled", "0+100 200+100 100+100 100+100", "1 1 0 0"),
            Arguments.of("two holes, the last remembered", "0+100 200+100 400+100 300+100 100+100", "0 2 1 0"),
            Arguments.of("keep-alive without a byte", "0+100 99+0 99+0 100+10", "0 0 0 2"),
            Arguments.of("keep-alive with a byte", "0+100 99+1 100+10", "0 0 0 1"),
            Arguments.of("the rest behind a keep-alive's byte", "0+100 99+50 149+10", "0 0 0 0"),
            Arguments.of("reset ignored", "0+100 5000R 100+100", "0 0 0 0"),
            Arguments.of("picked up in mid-stream", "7000+100 7100+100 7300+1", "0 0 1 0"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("segments")
    void shouldCountWhatSequenceNumbersTell(final String name, final String segments, final String counts) {
        for (final int initial : INITIAL_SEQUENCES) {
            try (RecordedFlow flow = new RecordedFlow("10.0.0.1", 40_000, "10.0.0.2", 443, 1)) {
                flow.fromClient(START_NS, facts -> facts.tcp(0, 77));
                for (final String segment : segments.split(" ")) {
                    send(flow, initial, segment);
                }
                assertThat(counts(flow, SERVER_SIDE)).as("from sequence %d", initial).isEqualTo(counts);
                assertThat(counts(flow, 1 - SERVER_SIDE)).as("the other side").isEqualTo("0 0 0 0");
            }
        }
    }

    /** Each begins with two segments that leave a hole, 50 ms after the SYN; the handshake took 40. */
    static Stream<Arguments> fills() {
        return Stream.of(
            Arguments.of("after a round trip, and the loss stays", "90:101+100", "1 0 1 0"),
            Arguments.of("within a round trip", "89:101+100", "0 1 0 0"),
            Arguments.of("that the other side asked for", "51:a101 51:a101 51:a101 52:101+100", "1 0 1 0"),
            Arguments.of("that the other side had already", "51:a301 52:101+100", "1 0 1 0"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fills")
    void shouldTellARetransmittedFillFromOneOutOfOrder(final String name, final String packets, final String counts) {
        try (RecordedFlow flow = opened(40 * MS)) {
            for (final String packet : ("50:1+100 50:201+100 " + packets).split(" ")) {
                final String[] parts = packet.split("[:+]");
                final long timeNs = START_NS + Long.parseLong(parts[0]) * MS;
                if (parts[1].startsWith("a")) {
                    acknowledge(flow, timeNs, Integer.parseInt(parts[1].substring(1)), 1000);
                } else {
                    data(flow, timeNs, Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
                }
            }

            assertThat(counts(flow, flow.clientSide())).isEqualTo(counts);
        }
    }

    @Test
    void shouldAllowThreeMillisecondsWhereTheHandshakeWasNotSeen() {
        try (RecordedFlow flow = new RecordedFlow("10.0.0.1", 40_000, "10.0.0.2", 443, 1)) {
            data(flow, START_NS, 1, 100);
            data(flow, START_NS, 201, 100);
            data(flow, START_NS + 2 * MS, 101, 50);
            data(flow, START_NS + 4 * MS, 151, 50);

            assertThat(counts(flow, flow.clientSide())).isEqualTo("1 1 1 0");
        }
    }

    @Test
    void shouldCountClosedWindowsAndTellProbesOfThemFromData() {
        try (RecordedFlow flow = opened(40 * MS)) {
            data(flow, START_NS + 50 * MS, 1, 100);
            acknowledge(flow, START_NS + 51 * MS, 101, 0);
            data(flow, START_NS + 60 * MS, 101, 1);
            acknowledge(flow, START_NS + 61 * MS, 101, 0);
            acknowledge(flow, START_NS + 70 * MS, 101, 1000);
            data(flow, START_NS + 71 * MS, 101, 100);

            assertThat(counts(flow, flow.clientSide())).isEqualTo("0 0 0 0");
            assertThat(small(flow, FlowRecordDescriptor.ZERO_WINDOWS, 1 - flow.clientSide())).isEqualTo(2);
            assertThat(small(flow, FlowRecordDescriptor.ZERO_WINDOWS, flow.clientSide())).isZero();
        }
    }

    @Test
    void shouldNotTakeASynWithAClosedWindowForAZeroWindow() {
        try (RecordedFlow flow = new RecordedFlow("10.0.0.1", 40_000, "10.0.0.2", 443, 1)) {
            flow.fromClient(START_NS, facts -> facts.tcp(TcpHandshake.FLAG_SYN, 0).acknowledges(0, 0));
            flow.fromServer(START_NS, facts -> facts.tcp(TcpHandshake.FLAG_RST, 0).acknowledges(1, 0));

            assertThat(small(flow, FlowRecordDescriptor.ZERO_WINDOWS, flow.clientSide())).isZero();
            assertThat(small(flow, FlowRecordDescriptor.ZERO_WINDOWS, 1 - flow.clientSide())).isZero();
        }
    }

    @Test
    void shouldMeasureNothingInPacketsWithoutATcpHeader() {
        try (RecordedFlow flow = new RecordedFlow("10.0.0.1", 0, "10.0.0.2", 0, 1)) {
            for (int packet = 0; packet < 3; packet++) {
                flow.fromClient(START_NS, facts -> facts.tcp(0, 0).lengths(50, 16).acknowledges(0, 0));
            }

            assertThat(counts(flow, flow.clientSide())).isEqualTo("0 0 0 0");
            assertThat(small(flow, FlowRecordDescriptor.ZERO_WINDOWS, flow.clientSide())).isZero();
        }
    }

    /** A flow whose handshake took so long. */
    private static RecordedFlow opened(final long roundTripNs) {
        final RecordedFlow flow = new RecordedFlow("10.0.0.1", 40_000, "10.0.0.2", 443, 1);
        flow.fromClient(START_NS, facts -> facts.tcp(TcpHandshake.FLAG_SYN, 0));
        flow.fromServer(START_NS + roundTripNs / 2,
            facts -> facts.tcp(TcpHandshake.FLAG_SYN | TcpHandshake.FLAG_ACK, 0).acknowledges(1, 1000));
        flow.fromClient(START_NS + roundTripNs, facts -> facts.tcp(TcpHandshake.FLAG_ACK, 1).acknowledges(1, 1000));
        return flow;
    }

    private static void data(final RecordedFlow flow, final long timeNs, final int sequence, final int length) {
        flow.fromClient(timeNs,
            facts -> facts.tcp(TcpHandshake.FLAG_ACK, sequence).lengths(54 + length, length).acknowledges(1, 1000));
    }

    private static void acknowledge(
        final RecordedFlow flow, final long timeNs, final int acknowledgement, final int window) {
        flow.fromServer(timeNs, facts -> facts.tcp(TcpHandshake.FLAG_ACK, 1).acknowledges(acknowledgement, window));
    }

    private static void send(final RecordedFlow flow, final int initial, final String segment) {
        final String[] parts = segment.split("[+SFR]");
        final int sequence = initial + Integer.parseInt(parts[0]);
        final int length = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
        final int flags = segment.endsWith("S") ? TcpHandshake.FLAG_SYN
            : segment.endsWith("F") ? TcpHandshake.FLAG_FIN
            : segment.endsWith("R") ? TcpHandshake.FLAG_RST : TcpHandshake.FLAG_ACK;
        flow.fromServer(START_NS, facts -> facts.tcp(flags, sequence).lengths(54 + length, length));
    }

    /** Retransmissions, out of order, lost, keep-alives. */
    private static String counts(final RecordedFlow flow, final int side) {
        final long own = flow.record() + (long) side * FlowRecordDescriptor.TCP_STRIDE;
        return RawMemory.i32(own + FlowRecordDescriptor.RETRANSMISSIONS) + " "
            + RawMemory.i32(own + FlowRecordDescriptor.OUT_OF_ORDER) + " "
            + RawMemory.i32(flow.record() + FlowRecordDescriptor.LOST + (long) side * Integer.BYTES) + " "
            + small(flow, FlowRecordDescriptor.KEEP_ALIVES, side);
    }

    private static int small(final RecordedFlow flow, final int pair, final int side) {
        return RawMemory.u16(flow.record() + pair + (long) side * Short.BYTES);
    }
}
