package io.millrace.launch.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.launch.CaptureBytes;
import io.millrace.launch.CaptureBytes.Frame;
import io.millrace.launch.InProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample's flows are the same whatever link they were captured on; only the link's bytes change. */
class LinkTypesTest {
    private static final int ETHERNET_BYTES = 14;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86DD;

    @TempDir
    private Path folder;

    @Test
    void shouldReadRawIp() throws IOException {
        assertSameFlows(101, _ -> new byte[0]);
    }

    @Test
    void shouldReadBsdLoopback() throws IOException {
        assertSameFlows(0, type -> ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN)
            .putInt(type == IPV6 ? 30 : 2).array());
    }

    @Test
    void shouldReadOpenBsdLoopback() throws IOException {
        assertSameFlows(108, type -> ByteBuffer.allocate(4).putInt(type == IPV6 ? 24 : 2).array());
    }

    @Test
    void shouldReadPpp() throws IOException {
        assertSameFlows(9, type -> shorts(type == IPV6 ? 0x57 : 0x21));
    }

    @Test
    void shouldReadPppInHdlc() throws IOException {
        assertSameFlows(50, type -> shorts(0xFF03, type == IPV6 ? 0x57 : 0x21));
    }

    @Test
    void shouldReadCiscoHdlc() throws IOException {
        assertSameFlows(104, type -> shorts(0x0F00, type));
    }

    @Test
    void shouldReadLinuxCooked() throws IOException {
        assertSameFlows(113, type -> shorts(0, 1, 6, 0, 0, 0, 0, type));
    }

    @Test
    void shouldReadLinuxCookedOfVersion2() throws IOException {
        assertSameFlows(276, type -> shorts(type, 0, 0, 1, 1, 6, 0, 0, 0, 0));
    }

    @Test
    void shouldReadTheTagsOfQinQ() throws IOException {
        assertSameFlows(CaptureBytes.ETHERNET, type -> shorts(0, 0, 0, 0, 0, 0, 0x88A8, 5, 0x8100, 77, type));
    }

    @Test
    void shouldReadMplsWithTwoLabels() throws IOException {
        assertSameFlows(CaptureBytes.ETHERNET, _ -> shorts(0, 0, 0, 0, 0, 0, 0x8847, 1, 0x0040, 2, 0x0140));
    }

    @Test
    void shouldReadWirelessDataBehindRadiotap() throws IOException {
        assertSameFlows(127, type -> ByteBuffer.allocate(8 + 24 + 8).put((byte) 0).put((byte) 0).put((byte) 8)
            .position(8).put((byte) 0x08).put((byte) 0x01).position(8 + 24)
            .put(shorts(0xAAAA, 0x0300, 0, type)).array());
    }

    @Test
    void shouldReadNanosecondsAndBigEndian() throws IOException {
        final Path capture = folder.resolve("big.pcap");
        final List<Frame> frames = new ArrayList<>();
        for (final Frame frame : sample()) {
            frames.add(new Frame(frame.seconds(), frame.fraction() * 1000 + 999, frame.bytes()));
        }
        Files.write(capture, CaptureBytes.write(CaptureBytes.ETHERNET, frames, ByteOrder.BIG_ENDIAN, true));

        assertThat(flows(capture)).isNotEmpty().isEqualTo(flowsOnEthernet());
    }

    /** Puts what {@code link} makes of an EtherType where the Ethernet header was. */
    private void assertSameFlows(final int linkType, final IntFunction<byte[]> link) throws IOException {
        final List<Frame> frames = new ArrayList<>();
        int linkBytes = 0;
        for (final Frame frame : sample()) {
            final ByteBuffer packet = ByteBuffer.wrap(frame.bytes());
            final byte[] header = link.apply(packet.getShort(12) & 0xFFFF);
            linkBytes = header.length;
            packet.position(ETHERNET_BYTES);
            frames.add(new Frame(frame.seconds(), frame.fraction(),
                ByteBuffer.allocate(linkBytes + packet.remaining()).put(header).put(packet).array()));
        }
        final Path capture = folder.resolve("variant.pcap");
        Files.write(capture, CaptureBytes.write(linkType, frames, ByteOrder.LITTLE_ENDIAN, false));

        assertThat(flows(capture)).isNotEmpty().isEqualTo(withLink(flowsOnEthernet(), linkBytes - ETHERNET_BYTES));
    }

    private static Map<FlowKey, FlowFacts> withLink(final Map<FlowKey, FlowFacts> flows, final int moreBytes) {
        final Map<FlowKey, FlowFacts> changed = new LinkedHashMap<>();
        flows.forEach((key, facts) -> changed.put(key, new FlowFacts(
            facts.lowPackets(), facts.lowBytes() + facts.lowPackets() * moreBytes,
            facts.highPackets(), facts.highBytes() + facts.highPackets() * moreBytes, facts.application())));
        return changed;
    }

    private Map<FlowKey, FlowFacts> flows(final Path capture) throws IOException {
        final Path eve = folder.resolve("eve.json");
        final InProcess run =
            InProcess.run("replay", capture.toString(), "--eve", eve.toString(), "--quiet", "--warm-up", "0");
        assertThat(run.exitCode()).as(run.errors()).isZero();
        return EveFlows.read(eve);
    }

    private Map<FlowKey, FlowFacts> flowsOnEthernet() throws IOException {
        final Path capture = folder.resolve("ethernet.pcap");
        Files.write(capture, CaptureBytes.write(CaptureBytes.ETHERNET, sample(), ByteOrder.LITTLE_ENDIAN, false));
        return flows(capture);
    }

    /** Frames that carry IP at once: those with tags or labels are not possible on every link. */
    private static List<Frame> sample() throws IOException {
        return CaptureBytes.read(Files.readAllBytes(InProcess.root().resolve("deploy/sample/sample.pcap"))).stream()
            .filter(frame -> carriesIp(frame.bytes())).toList();
    }

    private static boolean carriesIp(final byte[] frame) {
        final int type = ByteBuffer.wrap(frame).getShort(12) & 0xFFFF;
        return type == IPV4 || type == IPV6;
    }

    private static byte[] shorts(final int... values) {
        final ByteBuffer bytes = ByteBuffer.allocate(values.length * Short.BYTES);
        for (final int value : values) {
            bytes.putShort((short) value);
        }
        return bytes.array();
    }
}
