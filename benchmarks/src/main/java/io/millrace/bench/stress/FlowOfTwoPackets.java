package io.millrace.bench.stress;

import io.millrace.bench.traffic.SyntheticFrames;
import io.millrace.engine.burst.Burst;
import io.millrace.engine.event.FlowEvent;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.event.FlowEventWriter;
import io.millrace.engine.flow.key.FlowKeys;
import io.millrace.engine.flow.table.FlowAccounting;
import io.millrace.engine.flow.table.FlowEndReason;
import io.millrace.engine.flow.table.FlowTable;
import io.millrace.engine.parse.FlowHash;
import io.millrace.engine.parse.PacketParser;
import io.millrace.engine.parse.ParsedBurst;
import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * The record of a flow that nobody changes any more, for all tests of a process; and rings just large enough for it.
 */
final class FlowOfTwoPackets {
    static final int FLOW_ID = 77;
    static final int PACKETS = 2;
    static final long RECORD = record();

    private static final int MESSAGES_IN_A_RING = 8;

    private FlowOfTwoPackets() {
    }

    /** An empty ring of the least size that takes an event. */
    static OneToOneRingBuffer ring() {
        final int capacity = BitUtil.findNextPositivePowerOfTwo(MESSAGES_IN_A_RING * FlowEventDescriptor.LENGTH);
        return new OneToOneRingBuffer(
            new UnsafeBuffer(ByteBuffer.allocateDirect(capacity + RingBufferDescriptor.TRAILER_LENGTH)));
    }

    /** Has a worker fill its event ring. */
    static void fill(final FlowEventWriter writer) {
        while (writer.write(RECORD, FlowEventKind.PERIODIC_UPDATE, FlowEndReason.NONE, 1)) {
            // Until one is skipped.
        }
    }

    /** Reads what is there: the number of the flow, which lies near the front of an event, and its packets. */
    static void read(final OneToOneRingBuffer ring, final JJ_Result result) {
        ring.read((type, buffer, offset, length) -> {
            final FlowEvent event = new FlowEvent().wrap(buffer, offset);
            result.r1 = event.u64(FlowEventDescriptor.FLOW_ID);
            result.r2 = event.u64(FlowEventDescriptor.CLI2SRV_PACKETS)
                + event.u64(FlowEventDescriptor.SRV2CLI_PACKETS);
        });
    }

    private static long record() {
        final SyntheticFrames source = new SyntheticFrames(1, 1, 1, 7);
        final Burst burst = new Burst(source);
        final ParsedBurst parsed = new ParsedBurst(1, new FlowHash(7));
        final FlowKeys keys = new FlowKeys(parsed);
        burst.receive();
        new PacketParser(parsed).parse(burst);
        keys.compute(1);
        final FlowTable table = new FlowTable(1024, 1, false, true);
        final long record = table.record(table.add(keys, 0));
        FlowAccounting.open(record, parsed, 0, keys.fromHighSide(0), FLOW_ID, burst.timestampNs(0));
        for (int packet = 0; packet < PACKETS; packet++) {
            FlowAccounting.count(
                record, parsed, 0, keys.fromHighSide(0), burst.timestampNs(0), burst.timestampNs(0));
        }
        return record;
    }
}
