package io.millrace.engine.worker;

import static io.millrace.engine.fixture.FrameBuilder.ACK;
import static io.millrace.engine.fixture.FrameBuilder.FIN;
import static io.millrace.engine.fixture.FrameBuilder.PSH;
import static io.millrace.engine.fixture.FrameBuilder.RST;
import static io.millrace.engine.fixture.FrameBuilder.SYN;
import static io.millrace.engine.fixture.FrameBuilder.ethernet;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.FlowEvent;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.fixture.DnsPayload;
import io.millrace.engine.fixture.WorkerHarness;
import io.millrace.engine.telemetry.EngineCounter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One worker from frame to event, in a time that the test sets. */
final class FlowWorkerTest {
    private static final long START_NS = 1_700_000_000_000_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final String CLIENT = "10.0.0.1";
    private static final String SERVER = "10.0.0.2";
    private static final int DNS = 5;
    private static final int DETECT_PACKETS = 24;
    private static final int RING_BYTES = 4 << 20;

    private WorkerHarness harness = new WorkerHarness(DETECT_PACKETS, RING_BYTES);

    @AfterEach
    void everythingAddsUp() {
        assertConservation();
        harness.endAllFlows();
        assertConservation();
        assertThat(harness.counter(EngineCounter.FLOWS_LIVE)).isZero();
        assertOrderOfEvents(harness.events());
        harness.close();
    }

    @Test
    void shouldExpireFlowAfterIdleTimeout() {
        harness.doWorkAt(START_NS, udp(40_000, 40_001));
        harness.doWorkAt(START_NS + WorkerHarness.IDLE_TIMEOUT_NS - 1, other());
        harness.sweepAll();
        assertThat(harness.events(FlowEventKind.FLOW_END)).isEmpty();

        harness.doWorkAt(START_NS + WorkerHarness.IDLE_TIMEOUT_NS + FlowSweep.PASS_NS, other());
        harness.sweepAll();

        final List<FlowEvent> ends = harness.events(FlowEventKind.FLOW_END);
        assertThat(ends).hasSize(1);
        assertThat(ends.getFirst().u16(FlowEventDescriptor.CLI_PORT)).isEqualTo(40_000);
        assertThat(ends.getFirst().endReasonLabel()).isEqualTo("timeout");
        assertThat(harness.counter(EngineCounter.FLOWS_ENDED)).isEqualTo(1);
    }

    @Test
    void shouldNameAFlowBeforeItEnds() {
        harness.doWorkAt(START_NS,
            ethernet().ipv4(CLIENT, SERVER).udp(40_000, 53).payload(DnsPayload.query("www.example.org")).build());
        harness.doWorkAt(START_NS + 7_000_000,
            ethernet().ipv4(SERVER, CLIENT).udp(53, 40_000).payload(DnsPayload.response("www.example.org")).build());
        harness.endAllFlows();

        assertThat(harness.events()).extracting(FlowEvent::kind)
            .containsExactly(FlowEventKind.PROTOCOL_DETECTED.code, FlowEventKind.FLOW_END.code);
        final FlowEvent end = harness.events().getLast();
        assertThat(end.u16(FlowEventDescriptor.NDPI_APP)).isEqualTo(DNS);
        assertThat(end.hasMetadata()).isTrue();
        assertThat(end.endReasonLabel()).isEqualTo("shutdown");
        assertThat(end.stateLabel()).isEqualTo("established");
        assertThat(end.u64(FlowEventDescriptor.APPLICATION_LATENCY_NS)).isEqualTo(7_000_000);
        assertThat(harness.counter(EngineCounter.FLOWS_DETECTED)).isEqualTo(1);
    }

    @Test
    void shouldGiveUpAFlowThatFellSilentUndecided() {
        harness.doWorkAt(START_NS, udp(40_000, 40_001));
        harness.doWorkAt(START_NS + WorkerHarness.DETECTION_SILENCE_NS - 1, other());
        harness.sweepAll();
        assertThat(clientPorts(FlowEventKind.PROTOCOL_DETECTED)).doesNotContain(40_000);

        harness.doWorkAt(START_NS + WorkerHarness.DETECTION_SILENCE_NS + FlowSweep.PASS_NS, other());
        harness.sweepAll();

        assertThat(clientPorts(FlowEventKind.PROTOCOL_DETECTED)).contains(40_000);
        assertThat(harness.counter(EngineCounter.FLOWS_GIVEN_UP)).isPositive();
    }

    @Test
    void shouldAnnounceFlowsAtOnceWhereDetectionIsOff() {
        harness.close();
        harness = new WorkerHarness(0, RING_BYTES);

        harness.doWorkAt(START_NS, udp(40_000, 53), udp(40_000, 53));

        assertThat(harness.events()).extracting(FlowEvent::kind)
            .containsExactly(FlowEventKind.PROTOCOL_DETECTED.code);
        assertThat(harness.counter(EngineCounter.PACKETS_INSPECTED)).isZero();
    }

    @Test
    void shouldUpdateALivingFlowOncePerInterval() {
        harness.close();
        harness = new WorkerHarness(0, RING_BYTES);
        for (int second = 0; second <= 23; second++) {
            harness.doWorkAt(START_NS + second * SECOND_NS, udp(40_000, 53));
            harness.sweepAll();
        }

        final List<FlowEvent> updates = harness.events(FlowEventKind.PERIODIC_UPDATE);
        assertThat(updates).extracting(event -> event.u64(FlowEventDescriptor.TIME_NS) - START_NS)
            .containsExactly(5 * SECOND_NS, 10 * SECOND_NS, 15 * SECOND_NS, 20 * SECOND_NS);
        assertThat(updates).extracting(event -> event.u32(FlowEventDescriptor.PERIODIC_TICK))
            .containsExactly(0L, 1L, 2L, 3L);
        assertThat(updates).extracting(event -> event.u64(FlowEventDescriptor.CLI2SRV_PACKETS))
            .containsExactly(6L, 11L, 16L, 21L);
    }

    @Test
    void shouldNotUpdateAFlowBeforeItIsNamed() {
        for (int second = 0; second < 12; second += 2) {
            harness.doWorkAt(START_NS + second * SECOND_NS, udp(40_000, 40_001));
            harness.sweepAll();
        }

        assertThat(harness.events()).isEmpty();
    }

    @Test
    void shouldEndAClosedConnectionSooner() {
        harness.doWorkAt(START_NS, tcp(CLIENT, SERVER, SYN, 0), tcp(SERVER, CLIENT, SYN | ACK, 0),
            tcp(CLIENT, SERVER, ACK, 1), tcp(CLIENT, SERVER, RST, 1));
        harness.doWorkAt(START_NS + WorkerHarness.TCP_CLOSED_TIMEOUT_NS, other());
        harness.sweepAll();

        assertThat(harness.events(FlowEventKind.FLOW_END)).singleElement().satisfies(event -> {
            assertThat(event.stateLabel()).isEqualTo("reset");
            assertThat(event.u8(FlowEventDescriptor.HANDSHAKE_OK)).isEqualTo(1);
        });
    }

    @Test
    void shouldOpenANewFlowForANewConnectionBetweenTheSameEnds() {
        harness.doWorkAt(START_NS, tcp(CLIENT, SERVER, SYN, 0), tcp(SERVER, CLIENT, SYN | ACK, 0),
            tcp(CLIENT, SERVER, ACK, 1), tcp(CLIENT, SERVER, FIN | ACK, 1), tcp(SERVER, CLIENT, FIN | ACK, 1));
        harness.doWorkAt(START_NS + SECOND_NS, tcp(CLIENT, SERVER, SYN, 1_000_000));

        assertThat(harness.counter(EngineCounter.FLOWS_CREATED)).isEqualTo(2);
        final FlowEvent end = harness.events(FlowEventKind.FLOW_END).getFirst();
        assertThat(end.u64(FlowEventDescriptor.CLI2SRV_PACKETS)).isEqualTo(3);
        assertThat(end.u64(FlowEventDescriptor.SRV2CLI_PACKETS)).isEqualTo(2);
    }

    @Test
    void shouldOpenANewFlowForAPacketAfterTheIdleTimeout() {
        harness.doWorkAt(START_NS, udp(40_000, 40_001));
        harness.doWorkAt(START_NS + WorkerHarness.IDLE_TIMEOUT_NS, udp(40_000, 40_001));

        assertThat(harness.counter(EngineCounter.FLOWS_CREATED)).isEqualTo(2);
        assertThat(harness.events(FlowEventKind.FLOW_END)).singleElement()
            .satisfies(event -> assertThat(event.u64(FlowEventDescriptor.LAST_SEEN_NS)).isEqualTo(START_NS));
    }

    @Test
    void shouldEvictAFlowThatHasLongBeenSilentWhenTheTableIsFull() {
        final int excess = 50;
        for (int flow = 0; flow < WorkerHarness.FLOW_CAPACITY + excess; flow++) {
            harness.doWorkAt(START_NS + flow * 1000L, udp(20_000 + flow, 53));
        }

        assertThat(harness.counter(EngineCounter.FLOWS_LIVE)).isEqualTo(WorkerHarness.FLOW_CAPACITY);
        assertThat(harness.counter(EngineCounter.FLOWS_EVICTED)).isEqualTo(excess);
        final List<FlowEvent> ends = harness.events(FlowEventKind.FLOW_END);
        assertThat(ends).hasSize(excess).allSatisfy(end -> assertThat(end.endReasonLabel()).isEqualTo("forced"));
        // The oldest of sixteen neighbours: on average older than fifteen of sixteen flows.
        assertThat(ends.stream().mapToInt(end -> end.u16(FlowEventDescriptor.CLI_PORT) - 20_000).average()
            .orElseThrow())
            .isLessThan(WorkerHarness.FLOW_CAPACITY / 8.0);
    }

    @Test
    void shouldKeepFlowsWhenTimeJumpsBack() {
        harness.doWorkAt(START_NS, udp(40_000, 40_001));
        harness.doWorkAt(START_NS - 3600 * SECOND_NS, udp(40_000, 40_001));
        harness.sweepAll();

        assertThat(harness.events(FlowEventKind.FLOW_END)).isEmpty();
        assertThat(harness.worker().nowNs()).isEqualTo(START_NS - 3600 * SECOND_NS);

        harness.doWorkAt(START_NS - 3600 * SECOND_NS + WorkerHarness.IDLE_TIMEOUT_NS, other());
        harness.sweepAll();
        assertThat(harness.events(FlowEventKind.FLOW_END)).singleElement()
            .satisfies(end -> assertThat(end.u64(FlowEventDescriptor.CLI2SRV_PACKETS)).isEqualTo(2));
    }

    @Test
    void shouldNotLetOneStrayPacketFromTheFutureEndTheOthers() {
        harness.doWorkAt(START_NS, IntStream.range(1, 301).mapToObj(port -> udp(port, 40_001)).toArray(byte[][]::new));
        harness.doWorkAt(START_NS + 365 * 86_400 * SECOND_NS, other());
        harness.doWorkAt(START_NS + SECOND_NS, udp(1, 40_001));
        harness.sweepAll();

        assertThat(harness.counter(EngineCounter.FLOWS_ENDED)).isLessThanOrEqualTo(FlowSweep.RECORDS_PER_FRAME);
    }

    @Test
    void shouldCountFramesThatBelongToNoFlow() {
        harness.doWorkAt(START_NS,
            ethernet().protocol(0x0806).payload(46).build(),
            new byte[10],
            udp(1, 2),
            ethernet().vlan(5).protocol(0x88CC).payload(40).build());

        assertThat(harness.counter(EngineCounter.RECEIVED)).isEqualTo(4);
        assertThat(harness.counter(EngineCounter.NOT_IP)).isEqualTo(2);
        assertThat(harness.counter(EngineCounter.MALFORMED)).isEqualTo(1);
        assertThat(harness.counter(EngineCounter.PARSED)).isEqualTo(1);
        assertThat(harness.counter(EngineCounter.RECEIVED_BYTES)).isEqualTo(60 + 10 + udp(1, 2).length + 58);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldAddUpUnderRandomTraffic(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        long timeNs = START_NS;
        for (int poll = 0; poll < 3000; poll++) {
            timeNs += random.nextLong(random.nextInt(100) == 0 ? 70 * SECOND_NS : SECOND_NS / 10);
            if (random.nextInt(500) == 0) {
                timeNs -= 100 * SECOND_NS;
            }
            harness.doWorkAt(timeNs, randomFrames(random));
            assertConservation();
        }
        assertThat(harness.counter(EngineCounter.FLOWS_EVICTED)).isPositive();
        harness.endAllFlows();

        final List<FlowEvent> ends = harness.events(FlowEventKind.FLOW_END);
        assertThat(ends).hasSize((int) harness.counter(EngineCounter.FLOWS_CREATED));
        assertThat(ends.stream().mapToLong(end -> end.u64(FlowEventDescriptor.CLI2SRV_PACKETS)
            + end.u64(FlowEventDescriptor.SRV2CLI_PACKETS)).sum())
            .isEqualTo(harness.counter(EngineCounter.PARSED) - harness.counter(EngineCounter.FRAGMENTS_UNCLAIMED));
        assertThat(harness.counter(EngineCounter.FLOWS_DETECTED) + harness.counter(EngineCounter.FLOWS_GIVEN_UP)
            + harness.counter(EngineCounter.DETECTION_REFUSED)).isEqualTo(ends.size());
        assertThat(harness.counter(EngineCounter.EVENTS_SKIPPED)).isZero();
    }

    @Test
    void shouldCountEventsThatALateReaderMisses() {
        harness.close();
        harness = new WorkerHarness(0, 64 << 10);
        for (int flow = 0; flow < 1000; flow++) {
            harness.doWorkAt(START_NS, udp(20_000 + flow, 53));
        }
        assertThat(harness.counter(EngineCounter.EVENTS_SKIPPED)).isPositive();
        final long skippedBefore = harness.counter(EngineCounter.EVENTS_SKIPPED);
        final long delivered = harness.events().size();

        assertThat(harness.counter(EngineCounter.EVENTS_PRODUCED)).isEqualTo(delivered + skippedBefore);
    }

    private List<Integer> clientPorts(final FlowEventKind kind) {
        return harness.events(kind).stream().map(event -> event.u16(FlowEventDescriptor.CLI_PORT)).toList();
    }

    private void assertConservation() {
        assertThat(harness.counter(EngineCounter.RECEIVED)).isEqualTo(
            harness.counter(EngineCounter.PARSED) + harness.counter(EngineCounter.NOT_IP)
                + harness.counter(EngineCounter.MALFORMED) + harness.counter(EngineCounter.UNSUPPORTED_LINK));
        assertThat(harness.counter(EngineCounter.FLOWS_CREATED)).isEqualTo(
            harness.counter(EngineCounter.FLOWS_ENDED) + harness.counter(EngineCounter.FLOWS_LIVE));
        assertThat(harness.counter(EngineCounter.EVENTS_PRODUCED)).isEqualTo(
            harness.events().size() + harness.counter(EngineCounter.EVENTS_SKIPPED));
    }

    /** Of each flow: the protocol once and first, the end once and last; a late reader may miss the first. */
    private void assertOrderOfEvents(final List<FlowEvent> events) {
        final Map<Long, Integer> lastKind = new HashMap<>();
        final boolean complete = harness.counter(EngineCounter.EVENTS_SKIPPED) == 0;
        for (final FlowEvent event : events) {
            final Integer before = lastKind.put(event.flowId(), event.kind());
            if (event.kind() == FlowEventKind.PROTOCOL_DETECTED.code) {
                assertThat(before).isNull();
            } else {
                assertThat(before).isNotEqualTo(FlowEventKind.FLOW_END.code);
                assertThat(before != null || !complete).isTrue();
            }
        }
    }

    private static byte[][] randomFrames(final SplittableRandom random) {
        final byte[][] frames = new byte[random.nextInt(1, 40)][];
        for (int i = 0; i < frames.length; i++) {
            final int port = random.nextInt(1, random.nextBoolean() ? 20 : 4000);
            final boolean fromClient = random.nextInt(3) > 0;
            frames[i] = switch (random.nextInt(8)) {
                case 0 -> tcp(fromClient ? CLIENT : SERVER, fromClient ? SERVER : CLIENT, random.nextInt(64),
                    random.nextInt());
                case 1 -> ethernet().protocol(0x0806).payload(46).build();
                case 2 -> damaged(random, udp(port, 53));
                case 3 -> ethernet().ipv6("2001:db8::1", "2001:db8::" + Integer.toHexString(port)).udp(port, 443)
                    .payload(random.nextInt(100)).build();
                case 4 -> ethernet().vlan(random.nextInt(4)).ipv4(CLIENT, SERVER).icmp(8, 0).payload(56).build();
                case 5 -> ethernet().ipv4(CLIENT, SERVER).udp(port, 53).payload(DnsPayload.query("a" + port + ".org"))
                    .build();
                default -> fromClient ? udp(port, 40_001)
                    : ethernet().ipv4(SERVER, CLIENT).udp(40_001, port).payload(9).build();
            };
        }
        return frames;
    }

    private static byte[] damaged(final SplittableRandom random, final byte[] frame) {
        frame[random.nextInt(frame.length)] = (byte) random.nextInt();
        return frame;
    }

    private static byte[] udp(final int clientPort, final int serverPort) {
        return ethernet().ipv4(CLIENT, SERVER).udp(clientPort, serverPort).payload(new byte[] {1, 2, 3}).build();
    }

    /** A packet of a flow of no interest, to let time pass. */
    private static byte[] other() {
        return ethernet().ipv4("192.168.0.1", "192.168.0.2").udp(9, 9).payload(1).build();
    }

    private static byte[] tcp(final String source, final String destination, final int flags, final int sequence) {
        final boolean fromClient = source.equals(CLIENT);
        return ethernet().ipv4(source, destination)
            .tcp(fromClient ? 40_000 : 443, fromClient ? 443 : 40_000, flags, sequence)
            .payload((flags & PSH) != 0 ? 10 : 0).build();
    }
}
