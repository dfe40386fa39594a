package io.millrace.engine.flow.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.fixture.RecordedFlow;
import io.millrace.engine.memory.RawMemory;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class TcpSequenceTest {
    private static final long START_NS = 1_700_000_000_000_000_000L;
    private static final int[] INITIAL_SEQUENCES = {0, 1_000_000, -1, -150, -250, Integer.MAX_VALUE - 120};

    static Stream<Arguments> segments() {
        return Stream.of(
            Arguments.of("in order", "0+100 100+100 200+50 250+0", "0 0 0 0"),
            Arguments.of("SYN and FIN count one each", "0S 1+100 101F 102+0", "0 0 0 0"),
            Arguments.of("repeated", "0+100 100+100 100+100 0+100", "2 0 0 0"),
            Arguments.of("repeated SYN", "0S 0S 1+10", "1 0 0 0"),
            Arguments.of("repeated with something new", "0+100 100+100 150+100 250+10", "1 0 0 0"),
            Arguments.of("acknowledgements only", "0+100 100+0 100+0 50+0 400+0 100+100", "0 0 0 0"),
            Arguments.of("lost", "0+100 200+100 300+100", "0 0 1 0"),
            Arguments.of("out of order", "0+100 200+100 100+100 300+100", "0 1 0 0"),
            Arguments.of("hole filled in pieces", "0+100 300+100 100+100 200+100", "0 2 0 0"),
            Arguments.of("hole filled from its end", "0+100 300+100 200+100 100+100", "0 2 0 0"),
            Arguments.of("only the end of a hole filled", "0+100 300+100 200+100", "0 1 1 0"),
            Arguments.of("only the start of a hole filled", "0+100 300+100 100+100", "0 1 1 0"),
            Arguments.of("hole filled by a segment that repeats its surroundings", "0+100 200+100 50+200", "0 1 0 0"),
            Arguments.of("repeated after the hole was filled", "0+100 200+100 100+100 100+100", "1 1 0 0"),
            Arguments.of("two holes, the last remembered", "0+100 200+100 400+100 300+100 100+100", "1 1 1 0"),
            Arguments.of("keep-alive without a byte", "0+100 99+0 99+0 100+10", "0 0 0 2"),
            Arguments.of("keep-alive with a byte", "0+100 99+1 100+10", "0 0 0 1"),
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
                assertThat(counts(flow, 1 - flow.clientSide())).as("from sequence %d", initial).isEqualTo(counts);
                assertThat(counts(flow, flow.clientSide())).as("the other side").isEqualTo("0 0 0 0");
            }
        }
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

    private static String counts(final RecordedFlow flow, final int side) {
        return count(flow, FlowRecordDescriptor.RETRANSMISSIONS, side) + " "
            + count(flow, FlowRecordDescriptor.OUT_OF_ORDER, side) + " "
            + count(flow, FlowRecordDescriptor.LOST, side) + " "
            + count(flow, FlowRecordDescriptor.KEEP_ALIVES, side);
    }

    private static int count(final RecordedFlow flow, final int pair, final int side) {
        return RawMemory.i32(flow.record() + pair + (long) side * FlowRecordDescriptor.TCP_STRIDE);
    }
}
