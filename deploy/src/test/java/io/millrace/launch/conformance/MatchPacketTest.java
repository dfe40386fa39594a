package io.millrace.launch.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.millrace.launch.InProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packet at which nDPI knew a flow, through engine, events and scripts. */
class MatchPacketTest {
    @TempDir
    private Path directory;

    @Test
    void shouldGiveTheRequestOfEachHttpFlow() throws IOException {
        final List<String> starts = startsOfMatches("flow.getnDPIMatchPacket()");

        // One flow is a SYN without an answer: the port alone names it.
        assertThat(starts).filteredOn("none"::equals).hasSize(1);
        assertThat(starts).filteredOn(start -> !start.equals("none")).hasSizeGreaterThan(5)
            .allMatch(start -> start.startsWith("GET /") || start.startsWith("POST /"));
    }

    @Test
    void shouldKeepNothingWhereNoScriptNamesTheFunction() throws IOException {
        assertThat(startsOfMatches("flow['getnDPIMatch' .. 'Packet']()")).isNotEmpty().containsOnly("none");
    }

    private List<String> startsOfMatches(final String call) throws IOException {
        final Path script = Files.writeString(directory.resolve("match.lua"), """
            local flow_consts = require("flow_consts")
            local script = { l7_proto = "HTTP", hooks = {} }
            function script.hooks.protocolDetected(now)
                local match = %s
                assert(match.payload_len == #(match.payload or ""))
                assert(match.payload_len <= 256)
                flow.triggerStatus(flow_consts.custom_status_1, { start = (match.payload or "none"):sub(1, 16) })
            end
            return script
            """.formatted(call));
        final Path eve = directory.resolve("eve.json");

        final InProcess run = InProcess.run("replay", "--quiet", "--scripts", script.toString(), "--eve",
            eve.toString(), InProcess.root().resolve("deploy/sample/sample.pcap").toString());

        assertThat(run.exitCode()).as(run.errors()).isZero();
        assertThat(run.errors()).isEmpty();
        return Files.readAllLines(eve).stream().map(MatchPacketTest::startOf).filter(start -> start != null).toList();
    }

    private static String startOf(final String line) {
        try {
            final Map<String, Object> record = JSON.std.mapFrom(line);
            return "alert".equals(record.get("event_type"))
                ? String.valueOf(((Map<?, ?>) ((Map<?, ?>) record.get("millrace")).get("info")).get("start")) : null;
        } catch (final IOException e) {
            throw new AssertionError(line, e);
        }
    }
}
