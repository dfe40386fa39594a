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
    private static final byte[] SLICE = JsonText.name("slice");
    private static final byte[] FLOW_START = JsonText.name("flow_start");
    private static final byte[] TCP = JsonText.name("tcp");
    private static final byte[] TCP_FLAGS = JsonText.name("tcp_flags");
    private static final byte[] TCP_FLAGS_TS = JsonText.name("tcp_flags_ts");
    private static final byte[] TCP_FLAGS_TC = JsonText.name("tcp_flags_tc");

    private static final byte[] CLIENT_RTT = JsonText.name("client_rtt_us");
    private static final byte[] SERVER_RTT = JsonText.name("server_rtt_us");
    private static final byte[] TS = JsonText.name("ts");
    private static final byte[] TC = JsonText.name("tc");
    private static final byte[][] TROUBLES =
        names("retransmissions", "out_of_order", "lost", "keep_alive", "zero_window");
    private static final int[] TROUBLES_OF_CLIENT = {
        FlowEventDescriptor.CLI2SRV_RETRANSMISSIONS, FlowEventDescriptor.CLI2SRV_OUT_OF_ORDER,
        FlowEventDescriptor.CLI2SRV_LOST, FlowEventDescriptor.CLI2SRV_KEEP_ALIVES,
        FlowEventDescriptor.CLI2SRV_ZERO_WINDOWS};
    private static final int[] TROUBLES_OF_SERVER = {
        FlowEventDescriptor.SRV2CLI_RETRANSMISSIONS, FlowEventDescriptor.SRV2CLI_OUT_OF_ORDER,
        FlowEventDescriptor.SRV2CLI_LOST, FlowEventDescriptor.SRV2CLI_KEEP_ALIVES,
        FlowEventDescriptor.SRV2CLI_ZERO_WINDOWS};

    private static final byte[] ICMP_ERROR = JsonText.name("icmp_error");
    private static final byte[] TYPE = JsonText.name("type");
    private static final byte[] CODE = JsonText.name("code");
    private static final byte[] ABOUT_TOSERVER = JsonText.name("pkts_toserver");
    private static final byte[] ABOUT_TOCLIENT = JsonText.name("pkts_toclient");

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
    private static final long NANOS_PER_MICROSECOND = 1000;

    private final Map<String, byte[]> labels = new HashMap<>();

    /** Writes {@code flow} as far as an alert tells it. */
    void soFar(final FlowEvent event, final JsonText out) {
        counters(event, out);
        out.closeObject();
    }

    /** Writes {@code flow} of a flow that has ended, and its {@code tcp}. */
    void ended(final FlowEvent event, final boolean alerted, final JsonText out) {
        final long firstSeenNs = event.isSlice() ? event.sliceStartNs() : event.u64(FlowEventDescriptor.FIRST_SEEN_NS);
        final long lastSeenNs = Math.max(firstSeenNs, event.u64(FlowEventDescriptor.LAST_SEEN_NS));
        if (event.isSlice()) {
            countersOfSlice(event, out);
        } else {
            counters(event, out);
        }
        out.field(END).timestamp(lastSeenNs);
        out.field(AGE).number(lastSeenNs / NANOS_PER_SECOND - firstSeenNs / NANOS_PER_SECOND);
        out.field(STATE).raw(label(event.stateLabel()));
        out.field(REASON).raw(label(event.endReasonLabel()));
        out.field(ALERTED).bool(alerted);
        if (event.isSlice()) {
            out.field(SLICE).number(event.sliceNumber());
            out.field(FLOW_START).timestamp(event.u64(FlowEventDescriptor.FIRST_SEEN_NS));
        }
        out.closeObject();
        if (event.u8(FlowEventDescriptor.L4_PROTOCOL) == TCP_NUMBER) {
            tcp(event, out);
        }
        icmpErrors(event, out);
    }

    private static void counters(final FlowEvent event, final JsonText out) {
        out.field(FLOW).openObject();
        out.field(PKTS_TOSERVER).number(event.u64(FlowEventDescriptor.CLI2SRV_PACKETS));
        out.field(PKTS_TOCLIENT).number(event.u64(FlowEventDescriptor.SRV2CLI_PACKETS));
        out.field(BYTES_TOSERVER).number(event.u64(FlowEventDescriptor.CLI2SRV_BYTES));
        out.field(BYTES_TOCLIENT).number(event.u64(FlowEventDescriptor.SRV2CLI_BYTES));
        out.field(START).timestamp(event.u64(FlowEventDescriptor.FIRST_SEEN_NS));
    }

    private static void countersOfSlice(final FlowEvent event, final JsonText out) {
        out.field(FLOW).openObject();
        out.field(PKTS_TOSERVER)
            .number(event.u64(FlowEventDescriptor.CLI2SRV_PACKETS) - event.clientPacketsBefore());
        out.field(PKTS_TOCLIENT)
            .number(event.u64(FlowEventDescriptor.SRV2CLI_PACKETS) - event.serverPacketsBefore());
        out.field(BYTES_TOSERVER).number(event.u64(FlowEventDescriptor.CLI2SRV_BYTES) - event.clientBytesBefore());
        out.field(BYTES_TOCLIENT).number(event.u64(FlowEventDescriptor.SRV2CLI_BYTES) - event.serverBytesBefore());
        out.field(START).timestamp(event.sliceStartNs());
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
        roundTrip(CLIENT_RTT, event.u64(FlowEventDescriptor.CLI_HANDSHAKE_RTT_NS), out);
        roundTrip(SERVER_RTT, event.u64(FlowEventDescriptor.SRV_HANDSHAKE_RTT_NS), out);
        troubles(event, TS, TROUBLES_OF_CLIENT, out);
        troubles(event, TC, TROUBLES_OF_SERVER, out);
        out.closeObject();
    }

    private static void roundTrip(final byte[] field, final long durationNs, final JsonText out) {
        if (durationNs != 0) {
            out.field(field).number(durationNs / NANOS_PER_MICROSECOND);
        }
    }

    /** What went wrong in one direction, where anything did. */
    private static void troubles(
        final FlowEvent event, final byte[] direction, final int[] offsets, final JsonText out) {

        boolean any = false;
        for (int i = 0; i < offsets.length; i++) {
            final long count = event.u32(offsets[i]);
            if (count != 0) {
                if (!any) {
                    out.field(direction).openObject();
                    any = true;
                }
                out.field(TROUBLES[i]).number(count);
            }
        }
        if (any) {
            out.closeObject();
        }
    }

    /** ICMP errors that quote packets of the flow; they are packets of another. */
    private static void icmpErrors(final FlowEvent event, final JsonText out) {
        final int aboutClient = event.u16(FlowEventDescriptor.CLI2SRV_ICMP_ERRORS);
        final int aboutServer = event.u16(FlowEventDescriptor.SRV2CLI_ICMP_ERRORS);
        if ((aboutClient | aboutServer) != 0) {
            out.field(ICMP_ERROR).openObject();
            out.field(TYPE).number(event.u8(FlowEventDescriptor.ICMP_ERROR_TYPE));
            out.field(CODE).number(event.u8(FlowEventDescriptor.ICMP_ERROR_CODE));
            out.field(ABOUT_TOSERVER).number(aboutClient);
            out.field(ABOUT_TOCLIENT).number(aboutServer);
            out.closeObject();
        }
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
