package io.millrace.engine.event;

import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.putU16;
import static io.millrace.engine.memory.RawMemory.putU8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.millrace.engine.fixture.EventLog;
import io.millrace.engine.fixture.FrameBuilder;
import io.millrace.engine.fixture.RecordedFlow;
import io.millrace.engine.flow.table.FlowEndReason;
import io.millrace.engine.flow.table.FlowRecordDescriptor;
import io.millrace.engine.memory.OffHeapBlock;
import io.millrace.engine.memory.RawMemory;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FlowEventWriterTest {
    private static final long START_NS = 1_700_000_000_000_000_000L;
    private static final int RING_BYTES = 64 << 10;

    private final Telemetry telemetry = new Telemetry();
    private final WorkerCounters counters = new WorkerCounters(telemetry, "worker-3");

    @ParameterizedTest
    @CsvSource({"10.0.0.1, 10.0.0.9", "10.0.0.9, 10.0.0.1"})
    void shouldTellTheFlowFromTheClientsSide(final String client, final String server) {
        final OneToOneRingBuffer ring = EventRing.allocate(RING_BYTES);
        try (RecordedFlow flow = new RecordedFlow(client, 40_000, server, 443, 77)) {
            converse(flow);
            nameIt(flow.record());

            writer(List.of(ring), null)
                .write(flow.record(), FlowEventKind.FLOW_END, FlowEndReason.TIMEOUT, START_NS + 1_000_000);

            final List<FlowEvent> events = new EventLog(ring).drain().events();
            assertThat(events).hasSize(1);
            final FlowEvent event = events.getFirst();
            assertIdentity(event, client.endsWith("9"));
            assertCounters(event);
            assertTransport(event);
            assertDetection(event);
            assertThat(event.hasMetadata()).isFalse();
            assertThat(event.eventLength()).isEqualTo(FlowEventDescriptor.LENGTH);
            assertThat(counters.value(EngineCounter.EVENTS_PRODUCED)).isEqualTo(1);
            assertThat(counters.value(EngineCounter.EVENTS_SKIPPED)).isZero();
        }
    }

    @Test
    void shouldMeasureTheSpreadOfGapsAndLengthsAsPopulations() {
        final OneToOneRingBuffer ring = EventRing.allocate(RING_BYTES);
        try (RecordedFlow flow = new RecordedFlow("10.0.0.9", 40_000, "10.0.0.1", 53, 1)) {
            flow.fromClient(START_NS, facts -> facts.protocol(17).lengths(100, 0));
            flow.fromClient(START_NS + 10, facts -> facts.protocol(17).lengths(200, 0));
            flow.fromClient(START_NS + 40, facts -> facts.protocol(17).lengths(600, 0));
            flow.fromServer(START_NS + 50, facts -> facts.protocol(17).lengths(90, 0));

            writer(List.of(ring), null)
                .write(flow.record(), FlowEventKind.PERIODIC_UPDATE, FlowEndReason.NONE, START_NS);

            final FlowEvent event = new EventLog(ring).drain().events().getFirst();
            assertThat(event.f64(FlowEventDescriptor.CLI2SRV_IAT_AVG_NS)).isEqualTo(20);
            assertThat(event.f64(FlowEventDescriptor.CLI2SRV_IAT_STDDEV_NS)).isEqualTo(10);
            assertThat(event.f64(FlowEventDescriptor.CLI2SRV_LENGTH_STDDEV))
                .isCloseTo(Math.sqrt((200 * 200 + 100 * 100 + 300 * 300) / 3.0), within(1e-9));
            assertThat(event.f64(FlowEventDescriptor.SRV2CLI_IAT_STDDEV_NS)).isZero();
            assertThat(event.f64(FlowEventDescriptor.SRV2CLI_LENGTH_STDDEV)).isZero();
        }
    }

    @Test
    void shouldTellTheServiceOfTheLastPacketOfEachSide() {
        final OneToOneRingBuffer ring = EventRing.allocate(RING_BYTES);
        try (RecordedFlow flow = new RecordedFlow("10.0.0.9", 40_000, "10.0.0.1", 53, 1)) {
            flow.fromClient(START_NS, facts -> facts.protocol(17).service(0xB8));
            flow.fromClient(START_NS + 10, facts -> facts.protocol(17).service(0xBB));
            flow.fromServer(START_NS + 50, facts -> facts.protocol(17).service(0x28));

            writer(List.of(ring), null)
                .write(flow.record(), FlowEventKind.PERIODIC_UPDATE, FlowEndReason.NONE, START_NS);

            final FlowEvent event = new EventLog(ring).drain().events().getFirst();
            assertThat(event.u8(FlowEventDescriptor.CLI2SRV_TOS)).isEqualTo(0xBB);
            assertThat(event.u8(FlowEventDescriptor.SRV2CLI_TOS)).isEqualTo(0x28);
        }
    }

    @Test
    void shouldNumberPeriodicUpdatesOnly() {
        final OneToOneRingBuffer ring = EventRing.allocate(RING_BYTES);
        try (RecordedFlow flow = flow(1)) {
            RawMemory.putI32(flow.record() + FlowRecordDescriptor.PERIODIC_TICK, 5);
            final FlowEventWriter writer = writer(List.of(ring), null);
            writer.write(flow.record(), FlowEventKind.PERIODIC_UPDATE, FlowEndReason.NONE, START_NS);
            writer.write(flow.record(), FlowEventKind.FLOW_END, FlowEndReason.FORCED, START_NS);

            final List<FlowEvent> events = new EventLog(ring).drain().events();
            assertThat(events).extracting(event -> event.u32(FlowEventDescriptor.PERIODIC_TICK))
                .containsExactly(5L, 0L);
            assertThat(events).extracting(FlowEvent::endReasonLabel).containsExactly("none", "forced");
        }
    }

    @Test
    void shouldCarryMetadataBehindTheFixedPart() {
        final OneToOneRingBuffer ring = EventRing.allocate(RING_BYTES);
        try (RecordedFlow flow = flow(1); OffHeapBlock metadata = new OffHeapBlock(4096, false)) {
            final int length = FlowMetadataDescriptor.LENGTH + 8;
            RawMemory.putI32(metadata.address(), length);
            putU16(metadata.address() + FlowMetadataDescriptor.TLS_VERSION, 0x0304);
            putU16(metadata.address() + FlowMetadataDescriptor.HOST_NAME, FlowMetadataDescriptor.LENGTH);
            putU16(metadata.address() + FlowMetadataDescriptor.HOST_NAME + 2, 3);
            putU8(metadata.address() + FlowMetadataDescriptor.LENGTH, 'a');
            putU8(metadata.address() + FlowMetadataDescriptor.LENGTH + 1, '.');
            putU8(metadata.address() + FlowMetadataDescriptor.LENGTH + 2, 'b');
            putI64(flow.record() + FlowRecordDescriptor.METADATA, metadata.address());

            writer(List.of(ring), null)
                .write(flow.record(), FlowEventKind.PROTOCOL_DETECTED, FlowEndReason.NONE, START_NS);

            final FlowEvent event = new EventLog(ring).drain().events().getFirst();
            assertThat(event.hasMetadata()).isTrue();
            assertThat(event.eventLength()).isEqualTo(FlowEventDescriptor.LENGTH + length);
            assertThat(event.metadataU16(FlowMetadataDescriptor.TLS_VERSION)).isEqualTo(0x0304);
            assertThat(event.metadataU32(FlowMetadataDescriptor.TOTAL_LENGTH)).isEqualTo(length);
            final byte[] host = new byte[16];
            assertThat(event.text(FlowMetadataDescriptor.HOST_NAME, host)).isEqualTo(3);
            assertThat(host).startsWith('a', '.', 'b', 0);
            assertThat(event.textLength(FlowMetadataDescriptor.HTTP_URL)).isZero();
        }
    }

    @Test
    void shouldSkipAndCountEventsOnceARingIsFull() {
        final OneToOneRingBuffer ring = EventRing.allocate(RING_BYTES);
        try (RecordedFlow flow = flow(1)) {
            final FlowEventWriter writer = writer(List.of(ring), null);
            int written = 0;
            while (writer.write(flow.record(), FlowEventKind.PERIODIC_UPDATE, FlowEndReason.NONE, START_NS)) {
                written++;
            }
            assertThat(writer.write(flow.record(), FlowEventKind.FLOW_END, FlowEndReason.TIMEOUT, START_NS)).isFalse();

            assertThat(written).isBetween(RING_BYTES / (FlowEventDescriptor.LENGTH + 16), RING_BYTES
                / FlowEventDescriptor.LENGTH);
            assertThat(new EventLog(ring).drain().events()).hasSize(written);
            assertThat(counters.value(EngineCounter.EVENTS_SKIPPED)).isEqualTo(2);
            assertThat(counters.value(EngineCounter.EVENTS_PRODUCED)).isEqualTo(written + 2);
            assertThat(counters.value(EngineCounter.RING_WAITS)).isZero();

            assertThat(writer.write(flow.record(), FlowEventKind.FLOW_END, FlowEndReason.TIMEOUT, START_NS)).isTrue();
        }
    }

    @Test
    void shouldWaitForRoomAndLoseNothingWhereItIsTold() {
        final OneToOneRingBuffer ring = EventRing.allocate(RING_BYTES);
        final EventLog log = new EventLog(ring);
        final AtomicInteger idled = new AtomicInteger();
        final IdleStrategy drainingReader = new DrainingReader(log, idled);
        try (RecordedFlow flow = flow(1)) {
            final FlowEventWriter writer = writer(List.of(ring), drainingReader);
            for (int i = 0; i < 1000; i++) {
                putI64(flow.record() + FlowRecordDescriptor.FLOW_ID, i);
                assertThat(writer.write(flow.record(), FlowEventKind.FLOW_END, FlowEndReason.TIMEOUT, START_NS))
                    .isTrue();
            }

            assertThat(idled).hasPositiveValue();
            assertThat(counters.value(EngineCounter.RING_WAITS)).isEqualTo(idled.get());
            assertThat(counters.value(EngineCounter.EVENTS_SKIPPED)).isZero();
            assertThat(log.drain().events()).hasSize(1000);
            for (int i = 0; i < 1000; i++) {
                assertThat(log.events().get(i).flowId()).isEqualTo(i);
            }
        }
    }

    @Test
    void shouldSayThatAnInterruptEndedTheWait() {
        final OneToOneRingBuffer ring = EventRing.allocate(RING_BYTES);
        try (RecordedFlow flow = flow(1)) {
            final FlowEventWriter filling = writer(List.of(ring), null);
            while (filling.write(flow.record(), FlowEventKind.FLOW_END, FlowEndReason.TIMEOUT, START_NS)) {
                assertThat(ring.size()).isPositive();
            }
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> writer(List.of(ring), BusySpinIdleStrategy.INSTANCE)
                .write(flow.record(), FlowEventKind.FLOW_END, FlowEndReason.TIMEOUT, START_NS))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("interrupted");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void shouldSendAllEventsOfAFlowToOneRingAndSpreadTheFlows() {
        final List<OneToOneRingBuffer> rings =
            List.of(EventRing.allocate(1 << 20), EventRing.allocate(1 << 20), EventRing.allocate(1 << 20));
        final FlowEventWriter writer = writer(rings, null);
        for (int port = 1; port <= 300; port++) {
            try (RecordedFlow flow = new RecordedFlow("10.0.0.1", port, "10.0.0.2", 443, port)) {
                flow.fromClient(START_NS, facts -> facts.tcp(0, 0));
                writer.write(flow.record(), FlowEventKind.PROTOCOL_DETECTED, FlowEndReason.NONE, START_NS);
                flow.fromServer(START_NS, facts -> facts.tcp(0, 0));
                writer.write(flow.record(), FlowEventKind.FLOW_END, FlowEndReason.SHUTDOWN, START_NS);
            }
        }
        for (final OneToOneRingBuffer ring : rings) {
            final List<FlowEvent> events = new EventLog(ring).drain().events();
            assertThat(events.size()).isBetween(120, 280);
            for (int i = 0; i < events.size(); i += 2) {
                assertThat(events.get(i).flowId()).isEqualTo(events.get(i + 1).flowId());
                assertThat(events.get(i).kind()).isEqualTo(FlowEventKind.PROTOCOL_DETECTED.code);
                assertThat(events.get(i + 1).kind()).isEqualTo(FlowEventKind.FLOW_END.code);
            }
        }
    }

    @Test
    void shouldEndEpochsAtTheSameEventInEveryRing() {
        final List<OneToOneRingBuffer> rings = List.of(EventRing.allocate(RING_BYTES), EventRing.allocate(RING_BYTES));
        final List<EventLog> logs = rings.stream().map(EventLog::new).toList();
        final AtomicInteger idled = new AtomicInteger();
        final FlowEventWriter writer = writer(rings, new DrainingReader(logs.get(0), logs.get(1), idled));
        for (int i = 0; i < 2 * FlowEventWriter.EPOCH_EVENTS + 1; i++) {
            try (RecordedFlow flow = new RecordedFlow("10.0.0.1", i % 1000, "10.0.0.2", 443, i)) {
                flow.fromClient(START_NS, facts -> facts.tcp(0, 0));
                writer.write(flow.record(), FlowEventKind.FLOW_END, FlowEndReason.TIMEOUT, START_NS);
            }
        }
        writer.finish();
        logs.forEach(EventLog::drain);

        assertThat(logs.get(0).epochs()).containsExactly(1L, 2L, 3L);
        assertThat(logs.get(1).epochs()).containsExactly(1L, 2L, 3L);
        for (int epoch = 0; epoch < 2; epoch++) {
            assertThat(logs.get(0).eventsPerEpoch().get(epoch) + logs.get(1).eventsPerEpoch().get(epoch))
                .isEqualTo(FlowEventWriter.EPOCH_EVENTS);
        }
        assertThat(logs.get(0).eventsPerEpoch().get(2) + logs.get(1).eventsPerEpoch().get(2)).isEqualTo(1);
    }

    @Test
    void shouldNeedNoEpochsForOneRingAndNoRingAtAll() {
        final OneToOneRingBuffer ring = EventRing.allocate(RING_BYTES);
        final FlowEventWriter single = writer(List.of(ring), BusySpinIdleStrategy.INSTANCE);
        single.finish();
        assertThat(new EventLog(ring).drain().epochs()).isEmpty();

        try (RecordedFlow flow = flow(1)) {
            final FlowEventWriter none = writer(List.of(), null);
            assertThat(none.write(flow.record(), FlowEventKind.FLOW_END, FlowEndReason.TIMEOUT, START_NS)).isTrue();
            none.finish();
            assertThat(counters.value(EngineCounter.EVENTS_PRODUCED)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4096, 65_537, 100_000})
    void shouldRefuseARingThatCouldNotHoldTheLongestEvent(final int capacityBytes) {
        assertThatThrownBy(() -> EventRing.allocate(capacityBytes))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("capacityBytes=" + capacityBytes);
    }

    @Test
    void shouldHandTheLastEventToTheOutputWhereTheRingIsFull() {
        final OneToOneRingBuffer ring = EventRing.allocate(RING_BYTES);
        final OneToOneRingBuffer bypass = EventRing.allocate(RING_BYTES);
        try (RecordedFlow flow = flow(7)) {
            final FlowEventWriter writer = new FlowEventWriter(List.of(ring), bypass, null, counters, 3);
            while (writer.write(flow.record(), FlowEventKind.PERIODIC_UPDATE, FlowEndReason.NONE, START_NS)) {
                assertThat(counters.value(EngineCounter.EVENTS_SKIPPED)).isZero();
            }

            assertThat(writer.write(flow.record(), FlowEventKind.FLOW_END, FlowEndReason.TIMEOUT, START_NS)).isTrue();

            assertThat(new EventLog(bypass).drain().events()).singleElement()
                .satisfies(end -> assertThat(end.flowId()).isEqualTo(7));
            assertThat(counters.value(EngineCounter.EVENTS_SKIPPED)).isEqualTo(2);
            assertThat(counters.value(EngineCounter.RECORDS_BYPASSED)).isEqualTo(1);
            assertThat(counters.value(EngineCounter.RECORDS_LOST)).isZero();
        }
    }

    @Test
    void shouldCountARecordAsLostWhereTheOutputHasNoRoomEither() {
        final OneToOneRingBuffer ring = EventRing.allocate(RING_BYTES);
        final OneToOneRingBuffer bypass = EventRing.allocate(RING_BYTES);
        try (RecordedFlow flow = flow(7)) {
            final FlowEventWriter writer = new FlowEventWriter(List.of(ring), bypass, null, counters, 3);
            while (counters.value(EngineCounter.RECORDS_LOST) == 0) {
                writer.write(flow.record(), FlowEventKind.FLOW_END, FlowEndReason.TIMEOUT, START_NS);
            }

            final int delivered = new EventLog(ring).drain().events().size();
            final int bypassed = new EventLog(bypass).drain().events().size();
            assertThat(counters.value(EngineCounter.EVENTS_PRODUCED)).isEqualTo(delivered + bypassed + 1L);
            assertThat(counters.value(EngineCounter.RECORDS_BYPASSED)).isEqualTo(bypassed);
        }
    }

    @Test
    void shouldLoseNoRecordAtTheEndOfALiveRunWhileTheOutputTakesAny() {
        final OneToOneRingBuffer ring = EventRing.allocate(RING_BYTES);
        final OneToOneRingBuffer bypass = EventRing.allocate(RING_BYTES);
        final AtomicInteger taken = new AtomicInteger();
        final AtomicLong timeNs = new AtomicLong();
        try (RecordedFlow flow = flow(7)) {
            final FlowEventWriter writer = new FlowEventWriter(List.of(ring), bypass, null, counters, 3, false, () -> {
                taken.addAndGet(new EventLog(bypass).drain().events().size());
                return timeNs.addAndGet(RingRoom.LAST_WAIT_NS / 2);
            });
            writer.onLastFrame();
            final int records = 4 * RING_BYTES / FlowEventDescriptor.LENGTH;
            for (int written = 0; written < records; written++) {
                writer.write(flow.record(), FlowEventKind.FLOW_END, FlowEndReason.SHUTDOWN, START_NS);
            }

            final int delivered = new EventLog(ring).drain().events().size();
            final int bypassed = taken.get() + new EventLog(bypass).drain().events().size();
            assertThat(delivered + bypassed).isEqualTo(records);
            assertThat(counters.value(EngineCounter.RECORDS_BYPASSED)).isEqualTo(bypassed);
            assertThat(counters.value(EngineCounter.RECORDS_LOST)).isZero();
        }
    }

    @Test
    void shouldWaitOnceForAnOutputThatTakesNothing() {
        final AtomicInteger readings = new AtomicInteger();
        try (RecordedFlow flow = flow(7)) {
            final FlowEventWriter writer = new FlowEventWriter(
                List.of(EventRing.allocate(RING_BYTES)), EventRing.allocate(RING_BYTES), null, counters, 3, false,
                () -> readings.incrementAndGet() * RingRoom.LAST_WAIT_NS / 2);
            writer.onLastFrame();
            while (counters.value(EngineCounter.RECORDS_LOST) == 0) {
                writer.write(flow.record(), FlowEventKind.FLOW_END, FlowEndReason.SHUTDOWN, START_NS);
            }
            final int readingsOfTheWait = readings.get();

            writer.write(flow.record(), FlowEventKind.FLOW_END, FlowEndReason.SHUTDOWN, START_NS);

            assertThat(readings).hasValue(readingsOfTheWait);
            assertThat(counters.value(EngineCounter.RECORDS_LOST)).isEqualTo(2);
        }
    }

    private FlowEventWriter writer(final List<OneToOneRingBuffer> rings, final IdleStrategy waiting) {
        return new FlowEventWriter(rings, null, waiting, counters, 3);
    }

    private static RecordedFlow flow(final long flowId) {
        final RecordedFlow flow = new RecordedFlow("10.0.0.1", 40_000, "10.0.0.2", 443, flowId);
        flow.fromClient(START_NS, facts -> facts.tcp(FrameBuilder.SYN, 0));
        return flow;
    }

    private static void converse(final RecordedFlow flow) {
        flow.fromClient(START_NS, facts -> facts.tcp(FrameBuilder.SYN, 99).lengths(74, 0).vlan(12));
        flow.fromServer(START_NS + 300, facts ->
            facts.tcp(FrameBuilder.SYN | FrameBuilder.ACK, 499).lengths(66, 0).vlan(12));
        flow.fromClient(START_NS + 400, facts -> facts.tcp(FrameBuilder.ACK, 100).lengths(60, 0).vlan(12));
        flow.fromClient(START_NS + 500, facts ->
            facts.tcp(FrameBuilder.ACK | FrameBuilder.PSH, 100).lengths(154, 100).vlan(12).fragment());
        flow.fromServer(START_NS + 1500, facts -> facts.tcp(FrameBuilder.ACK, 500).lengths(1054, 1000).vlan(12));
        flow.fromServer(START_NS + 1600, facts -> facts.tcp(FrameBuilder.ACK, 500).lengths(1054, 1000).vlan(12));
        flow.fromServer(START_NS + 1700, facts -> facts.tcp(FrameBuilder.ACK, 2000).lengths(154, 100).vlan(12));
        flow.fromClient(START_NS + 1800, facts -> facts.tcp(FrameBuilder.ACK, 199).lengths(60, 0).vlan(12));
    }

    private static void nameIt(final long record) {
        putU16(record + FlowRecordDescriptor.NDPI_MASTER, 91);
        putU16(record + FlowRecordDescriptor.NDPI_APP, 126);
        putU16(record + FlowRecordDescriptor.NDPI_CATEGORY, 5);
        putU8(record + FlowRecordDescriptor.NDPI_BREED, 2);
        putU8(record + FlowRecordDescriptor.NDPI_CONFIDENCE, 4);
        putI64(record + FlowRecordDescriptor.NDPI_RISK, 1L << 40 | 2);
    }

    private static void assertIdentity(final FlowEvent event, final boolean clientIsHigh) {
        assertThat(event.kind()).isEqualTo(FlowEventKind.FLOW_END.code);
        assertThat(event.endReasonLabel()).isEqualTo("timeout");
        assertThat(event.flowId()).isEqualTo(77);
        assertThat(event.u64(FlowEventDescriptor.TIME_NS)).isEqualTo(START_NS + 1_000_000);
        assertThat(event.u64(FlowEventDescriptor.FIRST_SEEN_NS)).isEqualTo(START_NS);
        assertThat(event.u64(FlowEventDescriptor.LAST_SEEN_NS)).isEqualTo(START_NS + 1800);
        assertThat(event.u8(FlowEventDescriptor.IP_VERSION)).isEqualTo(4);
        assertThat(event.u8(FlowEventDescriptor.L4_PROTOCOL)).isEqualTo(6);
        assertThat(event.u16(FlowEventDescriptor.VLAN_ID)).isEqualTo(12);
        assertThat(event.u16(FlowEventDescriptor.WORKER)).isEqualTo(3);
        assertThat(event.u16(FlowEventDescriptor.CLI_PORT)).isEqualTo(40_000);
        assertThat(event.u16(FlowEventDescriptor.SRV_PORT)).isEqualTo(443);
        final byte[] address = new byte[16];
        event.bytes(FlowEventDescriptor.CLI_ADDRESS, address, 16);
        assertThat(address).containsExactly(10, 0, 0, clientIsHigh ? 9 : 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        event.bytes(FlowEventDescriptor.SRV_ADDRESS, address, 16);
        assertThat(address).containsExactly(10, 0, 0, clientIsHigh ? 1 : 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    private static void assertCounters(final FlowEvent event) {
        assertThat(event.u64(FlowEventDescriptor.CLI2SRV_PACKETS)).isEqualTo(4);
        assertThat(event.u64(FlowEventDescriptor.SRV2CLI_PACKETS)).isEqualTo(4);
        assertThat(event.u64(FlowEventDescriptor.CLI2SRV_BYTES)).isEqualTo(74 + 60 + 154 + 60);
        assertThat(event.u64(FlowEventDescriptor.SRV2CLI_BYTES)).isEqualTo(66 + 1054 + 1054 + 154);
        assertThat(event.u64(FlowEventDescriptor.CLI2SRV_GOODPUT_BYTES)).isEqualTo(100);
        assertThat(event.u64(FlowEventDescriptor.SRV2CLI_GOODPUT_BYTES)).isEqualTo(2100);
        assertThat(event.u64(FlowEventDescriptor.CLI2SRV_IAT_MIN_NS)).isEqualTo(100);
        assertThat(event.u64(FlowEventDescriptor.CLI2SRV_IAT_MAX_NS)).isEqualTo(1300);
        assertThat(event.u64(FlowEventDescriptor.SRV2CLI_IAT_MIN_NS)).isEqualTo(100);
        assertThat(event.u64(FlowEventDescriptor.SRV2CLI_IAT_MAX_NS)).isEqualTo(1200);
        assertThat(event.f64(FlowEventDescriptor.CLI2SRV_IAT_AVG_NS)).isCloseTo(600, within(1e-9));
        assertThat(event.f64(FlowEventDescriptor.SRV2CLI_IAT_AVG_NS)).isCloseTo(1400 / 3.0, within(1e-9));
        assertThat(event.u32(FlowEventDescriptor.CLI2SRV_LENGTH_MIN)).isEqualTo(60);
        assertThat(event.u32(FlowEventDescriptor.CLI2SRV_LENGTH_MAX)).isEqualTo(154);
        assertThat(event.u32(FlowEventDescriptor.SRV2CLI_LENGTH_MIN)).isEqualTo(66);
        assertThat(event.u32(FlowEventDescriptor.SRV2CLI_LENGTH_MAX)).isEqualTo(1054);
        assertThat(event.u32(FlowEventDescriptor.CLI2SRV_FRAGMENTS)).isEqualTo(1);
        assertThat(event.u32(FlowEventDescriptor.SRV2CLI_FRAGMENTS)).isZero();
    }

    private static void assertTransport(final FlowEvent event) {
        assertThat(event.stateLabel()).isEqualTo("established");
        assertThat(event.u8(FlowEventDescriptor.HANDSHAKE_OK)).isEqualTo(1);
        assertThat(event.u8(FlowEventDescriptor.HANDSHAKE_OVER)).isEqualTo(1);
        assertThat(event.u64(FlowEventDescriptor.SRV_HANDSHAKE_RTT_NS)).isEqualTo(300);
        assertThat(event.u64(FlowEventDescriptor.CLI_HANDSHAKE_RTT_NS)).isEqualTo(100);
        assertThat(event.u64(FlowEventDescriptor.APPLICATION_LATENCY_NS)).isEqualTo(1000);
        assertThat(event.u8(FlowEventDescriptor.CLI2SRV_TCP_FLAGS))
            .isEqualTo(FrameBuilder.SYN | FrameBuilder.ACK | FrameBuilder.PSH);
        assertThat(event.u8(FlowEventDescriptor.SRV2CLI_TCP_FLAGS)).isEqualTo(FrameBuilder.SYN | FrameBuilder.ACK);
        assertThat(event.u32(FlowEventDescriptor.CLI2SRV_RETRANSMISSIONS)).isZero();
        assertThat(event.u32(FlowEventDescriptor.SRV2CLI_RETRANSMISSIONS)).isEqualTo(1);
        assertThat(event.u32(FlowEventDescriptor.SRV2CLI_LOST)).isEqualTo(1);
        assertThat(event.u32(FlowEventDescriptor.CLI2SRV_LOST)).isZero();
        assertThat(event.u32(FlowEventDescriptor.CLI2SRV_KEEP_ALIVES)).isEqualTo(1);
        assertThat(event.u32(FlowEventDescriptor.SRV2CLI_KEEP_ALIVES)).isZero();
        assertThat(event.u32(FlowEventDescriptor.CLI2SRV_OUT_OF_ORDER)).isZero();
        assertThat(event.u8(FlowEventDescriptor.ICMP_PRESENT)).isZero();
    }

    private static void assertDetection(final FlowEvent event) {
        assertThat(event.u16(FlowEventDescriptor.NDPI_MASTER)).isEqualTo(91);
        assertThat(event.u16(FlowEventDescriptor.NDPI_APP)).isEqualTo(126);
        assertThat(event.u16(FlowEventDescriptor.NDPI_CATEGORY)).isEqualTo(5);
        assertThat(event.u8(FlowEventDescriptor.NDPI_BREED)).isEqualTo(2);
        assertThat(event.u8(FlowEventDescriptor.NDPI_CONFIDENCE)).isEqualTo(4);
        assertThat(event.u64(FlowEventDescriptor.NDPI_RISK)).isEqualTo(1L << 40 | 2);
    }

    /** Waits by reading the rings empty, as the script thread would meanwhile. */
    private record DrainingReader(List<EventLog> logs, AtomicInteger idled) implements IdleStrategy {
        DrainingReader(final EventLog log, final AtomicInteger idled) {
            this(List.of(log), idled);
        }

        DrainingReader(final EventLog first, final EventLog second, final AtomicInteger idled) {
            this(List.of(first, second), idled);
        }

        @Override
        public void idle(final int workCount) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void idle() {
            idled.incrementAndGet();
            logs.forEach(EventLog::drain);
        }

        @Override
        public void reset() {
            // Nothing is remembered between two waits.
        }
    }
}
