package io.millrace.script.output;

import io.millrace.engine.event.FlowEvent;
import io.millrace.engine.event.FlowEventDescriptor;
import java.util.HashMap;
import java.util.Map;

/** The objects {@code flow} and {@code tcp}: how much passed, when, and how it ended. Owned by the writer thread. */
final class EveTraffic {
    private static final byte[] FLOW = JsonText.name("flow");
    private static final byte[] PKTS_TOSERVER = JsonText.name("pkts_toserver");
    private static final byte[] PKTS_TOCLIENT = JsonText.name("pkts_toclient");
    private static final byte[] BYTES_TOSERVER = JsonText.name("bytes_toserver");
    private static final byte[] BYTES_TOCLIENT = JsonText.name("bytes_toclient");
    private static final byte[] START = JsonText.name("start");
    private static final byte[] END = JsonText.name("end");
    private static final byte[] AGE = JsonText.name("age");
    private static final byte[] STATE = JsonText.name("state");
    private static final byte[] REASON = JsonText.name("reason");
    private static final byte[] ALERTED = JsonText.name("alerted");
    private static final byte[] TCP = JsonText.name("tcp");
    private static final byte[] TCP_FLAGS = JsonText.name("tcp_flags");
    private static final byte[] TCP_FLAGS_TS = JsonText.name("tcp_flags_ts");
    private static final byte[] TCP_FLAGS_TC = JsonText.name("tcp_flags_tc");

    private static final byte[] TCP_SYN_SENT = JsonText.quoted("syn_sent");
    private static final byte[] TCP_SYN_RECV = JsonText.quoted("syn_recv");
    private static final byte[] TCP_ESTABLISHED = JsonText.quoted("established");
    private static final byte[] TCP_FIN_WAIT1 = JsonText.quoted("fin_wait1");
    private static final byte[] TCP_CLOSE_WAIT = JsonText.quoted("close_wait");
    private static final byte[] TCP_CLOSED = JsonText.quoted("closed");
    private static final byte[] TCP_RESET = JsonText.quoted("reset");

    private static final byte[][] FLAG_FIELDS = names("syn", "fin", "rst", "psh", "ack", "urg", "ecn", "cwr");
    private static final int[] FLAG_BITS = {0x02, 0x01, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80};
    private static final int FIN = 0x01;
    private static final int TCP_NUMBER = 6;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Map<String, byte[]> labels = new HashMap<>();

    /** Writes {@code flow} as far as an alert tells it. */
    void soFar(final FlowEvent event, final JsonText out) {
        counters(event, out);
        out.closeObject();
    }

    /** Writes {@code flow} of a flow that has ended, and its {@code tcp}. */
    void ended(final FlowEvent event, final boolean alerted, final JsonText out) {
        final long firstSeenNs = event.u64(FlowEventDescriptor.FIRST_SEEN_NS);
        final long lastSeenNs = event.u64(FlowEventDescriptor.LAST_SEEN_NS);
        counters(event, out);
        out.field(END).timestamp(lastSeenNs);
        out.field(AGE).number(lastSeenNs / NANOS_PER_SECOND - firstSeenNs / NANOS_PER_SECOND);
        out.field(STATE).raw(label(event.stateLabel()));
        out.field(REASON).raw(label(event.endReasonLabel()));
        out.field(ALERTED).bool(alerted);
        out.closeObject();
        if (event.u8(FlowEventDescriptor.L4_PROTOCOL) == TCP_NUMBER) {
            tcp(event, out);
        }
    }

    private static void counters(final FlowEvent event, final JsonText out) {
        out.field(FLOW).openObject();
        out.field(PKTS_TOSERVER).number(event.u64(FlowEventDescriptor.CLI2SRV_PACKETS));
        out.field(PKTS_TOCLIENT).number(event.u64(FlowEventDescriptor.SRV2CLI_PACKETS));
        out.field(BYTES_TOSERVER).number(event.u64(FlowEventDescriptor.CLI2SRV_BYTES));
        out.field(BYTES_TOCLIENT).number(event.u64(FlowEventDescriptor.SRV2CLI_BYTES));
        out.field(START).timestamp(event.u64(FlowEventDescriptor.FIRST_SEEN_NS));
    }

    private static void tcp(final FlowEvent event, final JsonText out) {
        final int client = event.u8(FlowEventDescriptor.CLI2SRV_TCP_FLAGS);
        final int server = event.u8(FlowEventDescriptor.SRV2CLI_TCP_FLAGS);
        out.field(TCP).openObject();
        out.field(TCP_FLAGS).hexByte(client | server);
        out.field(TCP_FLAGS_TS).hexByte(client);
        out.field(TCP_FLAGS_TC).hexByte(server);
        for (int i = 0; i < FLAG_FIELDS.length; i++) {
            if (((client | server) & FLAG_BITS[i]) != 0) {
                out.field(FLAG_FIELDS[i]).bool(true);
            }
        }
        out.field(STATE).raw(tcpState(event.stateLabel(), client, server));
        out.closeObject();
    }

    private static byte[] tcpState(final String state, final int client, final int server) {
        return switch (state) {
            case "new" -> TCP_SYN_SENT;
            case "half-open" -> TCP_SYN_RECV;
            case "established" -> TCP_ESTABLISHED;
            case "reset" -> TCP_RESET;
            default -> {
                if ((client & server & FIN) != 0) {
                    yield TCP_CLOSED;
                }
                yield (client & FIN) != 0 ? TCP_CLOSE_WAIT : TCP_FIN_WAIT1;
            }
        };
    }

    private byte[] label(final String label) {
        byte[] name = labels.get(label);
        if (name == null) {
            name = JsonText.quoted(label);
            labels.put(label, name);
        }
        return name;
    }

    private static byte[][] names(final String... fields) {
        final byte[][] names = new byte[fields.length][];
        for (int i = 0; i < fields.length; i++) {
            names[i] = JsonText.name(fields[i]);
        }
        return names;
    }
}
