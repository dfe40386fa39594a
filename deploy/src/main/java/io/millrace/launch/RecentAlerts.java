package io.millrace.launch;

import io.millrace.engine.event.FlowEvent;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.script.output.AlertRecord;
import io.millrace.script.output.Sink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Keeps the last alerts for the closing summary. Filled by the writer thread; read it after the writer has closed. */
final class RecentAlerts implements Sink {
    /** Alerts kept. */
    static final int LIMIT = 20;

    private static final int ADDRESS_BYTES = 16;
    private static final int MAX_SIGNATURE_BYTES = 256;

    private final Slot[] slots = new Slot[LIMIT];
    private long total;

    /** Reused, so that a flood of alerts makes no garbage. */
    private static final class Slot {
        private final byte[] client = new byte[ADDRESS_BYTES];
        private final byte[] server = new byte[ADDRESS_BYTES];
        private final byte[] signature = new byte[MAX_SIGNATURE_BYTES];
        private long timeNs;
        private int ipVersion;
        private int clientPort;
        private int serverPort;
        private int signatureLength;
        private int script;
    }

    /**
     * One alert.
     *
     * @param timeNs    packet time, nanoseconds since the Unix epoch.
     * @param client    address and port of the client.
     * @param server    address and port of the server.
     * @param signature title.
     * @param script    index of the script in load order.
     */
    record Alert(long timeNs, String client, String server, String signature, int script) {
    }

    @Override
    public void alert(final AlertRecord alert) {
        final int index = (int) (total++ % LIMIT);
        if (slots[index] == null) {
            slots[index] = new Slot();
        }
        final Slot slot = slots[index];
        final FlowEvent event = alert.flow().event();
        slot.timeNs = event.u64(FlowEventDescriptor.TIME_NS);
        slot.ipVersion = event.u8(FlowEventDescriptor.IP_VERSION);
        event.bytes(FlowEventDescriptor.CLI_ADDRESS, slot.client, ADDRESS_BYTES);
        event.bytes(FlowEventDescriptor.SRV_ADDRESS, slot.server, ADDRESS_BYTES);
        slot.clientPort = event.u16(FlowEventDescriptor.CLI_PORT);
        slot.serverPort = event.u16(FlowEventDescriptor.SRV_PORT);
        slot.signatureLength = Math.min(alert.signatureLength(), MAX_SIGNATURE_BYTES);
        alert.buffer().getBytes(alert.signatureOffset(), slot.signature, 0, slot.signatureLength);
        slot.script = alert.script();
    }

    /** Alerts that went by. */
    long total() {
        return total;
    }

    /** The last of them, oldest first. */
    List<Alert> alerts() {
        final List<Alert> alerts = new ArrayList<>();
        for (long number = Math.max(0, total - LIMIT); number < total; number++) {
            final Slot slot = slots[(int) (number % LIMIT)];
            alerts.add(new Alert(
                slot.timeNs,
                AddressText.endpoint(slot.client, slot.clientPort, slot.ipVersion),
                AddressText.endpoint(slot.server, slot.serverPort, slot.ipVersion),
                new String(slot.signature, 0, slot.signatureLength, StandardCharsets.UTF_8),
                slot.script));
        }
        return alerts;
    }
}
