package io.millrace.launch.conformance;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** The {@code tcp} objects of the flow records of an EVE file. */
final class EveTcp {
    private EveTcp() {
    }

    static TcpMeasures measures(final Path eve) throws IOException {
        final TcpMeasures measures = new TcpMeasures();
        for (final String line : Files.readAllLines(eve)) {
            final Map<String, Object> record = JSON.std.mapFrom(line);
            if (record.get("event_type").equals("flow") && record.get("tcp") instanceof final Map<?, ?> tcp) {
                final TcpDirection direction = new TcpDirection(
                    Endpoint.of((String) record.get("src_ip"), number(record, "src_port")),
                    Endpoint.of((String) record.get("dest_ip"), number(record, "dest_port")));
                measures.add(direction, troubles(tcp.get("ts")));
                measures.add(direction.reversed(), troubles(tcp.get("tc")));
                for (final TcpDirection either : List.of(direction, direction.reversed())) {
                    measures.vlans().computeIfAbsent(either, ends -> new HashSet<>())
                        .add(record.getOrDefault("vlan", "untagged"));
                }
                if (tcp.containsKey("client_rtt_us")) {
                    measures.roundTripUs().putIfAbsent(
                        direction, (long) number(tcp, "client_rtt_us") + number(tcp, "server_rtt_us"));
                }
            }
        }
        return measures;
    }

    private static TcpTroubles troubles(final Object direction) {
        return direction instanceof final Map<?, ?> counts
            ? new TcpTroubles(
                number(counts, "retransmissions"), number(counts, "out_of_order"), number(counts, "lost"),
                number(counts, "keep_alive"), number(counts, "zero_window"))
            : TcpTroubles.NONE;
    }

    private static int number(final Map<?, ?> object, final String field) {
        return object.get(field) instanceof final Number number ? number.intValue() : 0;
    }
}
