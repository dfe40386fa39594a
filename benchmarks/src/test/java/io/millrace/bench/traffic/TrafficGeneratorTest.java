package io.millrace.bench.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.config.ConfigException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrafficGeneratorTest {
    private static final int SEED = 7;
    private static final int IP = 14;
    private static final int TCP_FLAGS = IP + 20 + 13;

    @TempDir
    private Path folder;

    @Test
    void shouldWriteTheSameBytesForTheSameFlags() throws IOException {
        final TrafficSpec spec = new TrafficSpec(500, 5_000, 0, 1, 50, true, false, 0, SEED);

        TrafficGenerator.write(spec, folder.resolve("a.pcap"));
        TrafficGenerator.write(spec, folder.resolve("b.pcap"));

        assertThat(folder.resolve("a.pcap")).hasSameBinaryContentAs(folder.resolve("b.pcap"));
    }

    @Test
    void shouldMeetEveryFlowAndNoOther() throws IOException {
        final List<byte[]> frames = frames(TrafficSpec.udp(1_000, 4_000, SEED).withZipf(1));

        assertThat(frames).hasSize(4_000);
        assertThat(flows(frames)).hasSize(1_000);
    }

    @Test
    void shouldCountEachVlanOfAFlowAsAFlow() throws IOException {
        final TrafficSpec spec = new TrafficSpec(10, 1_000, 64, 0, 0, false, false, 4, SEED);

        assertThat(TrafficGenerator.write(spec, folder.resolve("vlans.pcap"))).isEqualTo(40);
    }

    @Test
    void shouldGiveFramesTheirSizeWithoutTheChecksumOfTheWire() throws IOException {
        assertThat(frames(TrafficSpec.udp(10, 100, SEED))).allSatisfy(frame -> assertThat(frame).hasSize(60));
        assertThat(frames(new TrafficSpec(10, 1_200, 0, 0, 0, false, false, 0, SEED)).stream()
            .map(frame -> frame.length).distinct()).containsExactlyInAnyOrder(60, 590, 1514);
    }

    @Test
    void shouldDrawFewFlowsOftenByTheLawOfZipf() throws IOException {
        final Map<String, Integer> even = counts(frames(TrafficSpec.udp(1_000, 20_000, SEED)));
        final Map<String, Integer> zipf = counts(frames(TrafficSpec.udp(1_000, 20_000, SEED).withZipf(1)));

        assertThat(most(even)).isLessThan(60);
        assertThat(most(zipf)).isGreaterThan(2_000);
    }

    @Test
    void shouldShakeHandsBeforeTcpCarriesData() throws IOException {
        final Map<String, List<Integer>> flags = new HashMap<>();
        for (final byte[] frame : frames(new TrafficSpec(50, 2_000, 64, 0, 100, true, false, 0, SEED))) {
            flags.computeIfAbsent(flow(frame), flow -> new ArrayList<>()).add((int) frame[TCP_FLAGS]);
        }

        assertThat(flags.values()).allSatisfy(sequence -> {
            assertThat(sequence.subList(0, 3))
                .containsExactly(FrameTemplate.SYN, FrameTemplate.SYN | FrameTemplate.ACK, FrameTemplate.ACK);
            assertThat(sequence.getLast() & FrameTemplate.FIN).isNotZero();
        });
    }

    @Test
    void shouldWriteChecksumsThatHold() throws IOException {
        assertThat(frames(new TrafficSpec(20, 500, 0, 0, 50, false, false, 0, SEED)))
            .allSatisfy(frame -> assertThat(sum(frame, IP, 20)).isEqualTo(0xFFFF));
    }

    @Test
    void shouldNameFlagAndLimitOfAValueThatIsNotUsable() {
        assertThatThrownBy(() -> TrafficSpec.udp(100, 50, SEED)).isInstanceOf(ConfigException.class)
            .hasMessageContaining("--packets").hasMessageContaining("100").hasMessageContaining("50");
    }

    @Test
    void shouldMixCapturesUnderOtherAddressesUntilThereAreEnoughFlows() throws IOException {
        final Path original = folder.resolve("original.pcap");
        final Path mix = folder.resolve("mix.pcap");
        TrafficGenerator.write(new TrafficSpec(30, 600, 0, 0, 50, true, false, 0, SEED), original);

        final CaptureMix.Result result = CaptureMix.write(List.of(original), 300, 1_000, mix);

        final List<byte[]> frames = read(mix);
        assertThat(result).isEqualTo(new CaptureMix.Result(6_000, 300, 10));
        assertThat(frames).hasSize(6_000);
        assertThat(flows(frames)).hasSize(300);
        assertThat(frames).allSatisfy(frame -> assertThat(sum(frame, IP, 20)).isEqualTo(0xFFFF));
    }

    @Test
    void shouldWriteAsManyFlowsOfAFloodAsAskedFor() throws IOException {
        HashFlood.write(folder.resolve("flood.pcap"), HashFlood.REPLAY_SECRET, 50, 200);

        assertThat(flows(read(folder.resolve("flood.pcap")))).hasSize(50);
    }

    private List<byte[]> frames(final TrafficSpec spec) throws IOException {
        final Path file = folder.resolve(spec.fileName());
        TrafficGenerator.write(spec, file);
        return read(file);
    }

    private static List<byte[]> read(final Path file) throws IOException {
        final ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        final List<byte[]> frames = new ArrayList<>();
        bytes.position(24);
        while (bytes.hasRemaining()) {
            bytes.position(bytes.position() + 8);
            final byte[] frame = new byte[bytes.getInt()];
            bytes.getInt();
            bytes.get(frame);
            frames.add(frame);
        }
        return frames;
    }

    private static Set<String> flows(final List<byte[]> frames) {
        final Set<String> flows = new HashSet<>();
        frames.forEach(frame -> flows.add(flow(frame)));
        return flows;
    }

    private static Map<String, Integer> counts(final List<byte[]> frames) {
        final Map<String, Integer> counts = new HashMap<>();
        frames.forEach(frame -> counts.merge(flow(frame), 1, Integer::sum));
        return counts;
    }

    private static int most(final Map<String, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    }

    private static String flow(final byte[] frame) {
        final ByteBuffer header = ByteBuffer.wrap(frame);
        final String source = header.getInt(IP + 12) + ":" + header.getShort(IP + 20);
        final String destination = header.getInt(IP + 16) + ":" + header.getShort(IP + 22);
        return frame[IP + 9] + (source.compareTo(destination) < 0 ? source + destination : destination + source);
    }

    private static int sum(final byte[] frame, final int start, final int length) {
        int sum = 0;
        for (int i = start; i < start + length; i += 2) {
            sum += (frame[i] & 0xFF) << 8 | frame[i + 1] & 0xFF;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return sum;
    }
}
