package io.millrace.launch.conformance;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The flow records of an EVE file; ports of TCP and UDP alone, as {@code ndpiReader} reads no others. */
final class EveFlows {
    private EveFlows() {
    }

    static Map<FlowKey, FlowFacts> read(final Path eve) throws IOException {
        final Map<FlowKey, FlowFacts> flows = new LinkedHashMap<>();
        for (final String line : Files.readAllLines(eve)) {
            final Map<String, Object> record = JSON.std.mapFrom(line);
            if (record.get("event_type").equals("flow")) {
                add(record, flows);
            }
        }
        return flows;
    }

    private static void add(final Map<String, Object> record, final Map<FlowKey, FlowFacts> flows) {
        final String protocol = ((String) record.get("proto")).toUpperCase(Locale.ROOT);
        final boolean hasPorts = protocol.equals("TCP") || protocol.equals("UDP");
        final Endpoint source = Endpoint.of((String) record.get("src_ip"), hasPorts ? port(record, "src_port") : 0);
        final Endpoint destination =
            Endpoint.of((String) record.get("dest_ip"), hasPorts ? port(record, "dest_port") : 0);
        final FlowKey key = FlowKey.of(protocol, source, destination);
        final Map<?, ?> counters = (Map<?, ?>) record.get("flow");
        flows.merge(
            key,
            FlowFacts.of(
                key.low().equals(source),
                number(counters, "pkts_toserver"), number(counters, "bytes_toserver"),
                number(counters, "pkts_toclient"), number(counters, "bytes_toclient"),
                (String) ((Map<?, ?>) record.get("ndpi")).get("proto")),
            FlowFacts::plus);
    }

    private static int port(final Map<String, Object> record, final String field) {
        return record.get(field) instanceof Number port ? port.intValue() : 0;
    }

    private static long number(final Map<?, ?> object, final String field) {
        return ((Number) object.get(field)).longValue();
    }
}
