package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is no flow is told all the same, by every output, and adds up. */
final class NonIpTrafficTest {
    private static final int ARP = 0x0806;
    private static final int LLDP = 0x88CC;
    private static final int IPV4 = 0x0800;
    private static final int MORE = 0x2000;
    private static final int UNITS = 10;
    private static final int FRAME_BYTES = 14 + 20 + 8 * UNITS;

    @TempDir
    private Path folder;
    private InProcess run;
    private Path eve;
    private Path summary;

    @BeforeEach
    void replay() throws IOException {
        final Path capture = folder.resolve("mixed.pcap");
        Files.write(capture, CaptureBytes.of(CaptureBytes.ETHERNET, List.of(
            frame(ARP), frame(ARP), frame(ARP), frame(LLDP), frame(0x26),
            fragment(MORE), fragment(MORE | UNITS - 1), fragment(MORE | UNITS - 1),
            ofAnotherDatagram(fragment(UNITS)))));
        eve = folder.resolve("eve.json");
        summary = folder.resolve("summary.json");
        run = InProcess.run("replay", capture.toString(), "--eve", eve.toString(), "--summary-json",
            summary.toString());
        assertThat(run.exitCode()).as(run.errors()).isZero();
    }

    @Test
    void shouldTellPeopleInTheClosingSummary() {
        assertThat(run.output().lines())
            .contains("frames   9 received = 4 parsed + 5 not IP + 0 malformed + 0 unsupported")
            .anyMatch(line -> line.startsWith("not IP   5 frames = 3 ARP + ") && line.contains("1 LLDP")
                && line.contains("1 spanning tree") && !line.contains("add up"))
            .contains("parts    4 fragments: 1 before their first, 1 of these unclaimed, 2 overlapping, 0 tiny");
    }

    @Test
    void shouldTellProgramsInTheSummary() throws IOException {
        final Map<String, Object> json = JSON.std.mapFrom(summary.toFile());

        assertThat(json).containsEntry("not_ip", 5).containsEntry("fragments", 4).containsEntry("fragments_held", 1)
            .containsEntry("fragments_unclaimed", 1).containsEntry("fragments_overlapping", 2)
            .containsEntry("fragments_tiny", 0)
            .containsEntry("not_ip_kinds", Map.of("ethertype_0x0806", 3, "ethertype_0x88cc", 1, "llc_0x0042", 1));
        assertThat(sum(json, "parsed", "not_ip", "malformed", "unsupported_link")).isEqualTo(json.get("packets"));
    }

    @Test
    void shouldTellTheSameInEve() throws IOException {
        final List<String> lines = Files.readAllLines(eve);
        final Map<?, ?> stats = (Map<?, ?>) JSON.std.mapFrom(lines.getLast()).get("stats");

        assertThat(sum(stats, "ethertype_0x0806", "ethertype_0x88cc", "llc_0x0042")).isEqualTo(stats.get("not_ip"));
        assertThat(sum(stats, "parsed", "not_ip", "malformed", "unsupported_link")).isEqualTo(stats.get("received"));
        assertThat(stats.get("fragments_unclaimed")).isEqualTo(1);
        assertThat(sum(stats, "fragments_overlapping")).isEqualTo(2);
    }

    private static int sum(final Map<?, ?> counters, final String... names) {
        int sum = 0;
        for (final String name : names) {
            sum += (Integer) counters.get(name);
        }
        return sum;
    }

    /** A frame with this EtherType or length, and spanning tree's SAP behind it. */
    private static byte[] frame(final int type) {
        return ByteBuffer.allocate(60).position(12).putShort((short) type).putShort((short) 0x4242).array();
    }

    private static byte[] fragment(final int flagsAndOffset) {
        return ByteBuffer.allocate(FRAME_BYTES).position(12).putShort((short) IPV4)
            .put((byte) 0x45).put((byte) 0).putShort((short) (FRAME_BYTES - 14)).putShort((short) 1)
            .putShort((short) flagsAndOffset).put((byte) 64).put((byte) 17).putShort((short) 0)
            .putInt(0x0A00_0001).putInt(0x0A00_0002).putShort((short) 40_000).putShort((short) 53).array();
    }

    private static byte[] ofAnotherDatagram(final byte[] fragment) {
        fragment[14 + 5] = 2;
        return fragment;
    }
}
