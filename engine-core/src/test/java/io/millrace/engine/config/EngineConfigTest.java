package io.millrace.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.parse.TunnelType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EngineConfigTest {
    private static final DetectionConfig DETECTION = new DetectionConfig(80, 24, 8, 1000, 1, 4096);

    @ParameterizedTest
    @CsvSource({"1024, 1, 2, 128, 1", "100000000, 512, 1024, 65407, 65535"})
    void shouldTakeTheLimitsThemselves(
        final int flows, final int burst, final int mempool, final int mbufBytes, final int descriptors) {
        assertThatCode(() -> config(flows, burst, mempool, mbufBytes, descriptors, FlowTimeouts.of(1, 1), 1))
            .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "1023, 32, 1024, 2048, 512, '--flow-capacity must be from 1024 to 100000000: 1023'",
        "100000001, 32, 1024, 2048, 512, '--flow-capacity must be from 1024 to 100000000: 100000001'",
        "1024, 0, 1024, 2048, 512, '--burst must be from 1 to 512: 0'",
        "1024, 513, 4096, 2048, 512, '--burst must be from 1 to 512: 513'",
        "1024, 32, 63, 2048, 512, '--mempool must be from 64 to 2147483647: 63'",
        "1024, 32, 1024, 127, 512, '--mbuf-size must be from 128 to 65407: 127'",
        "1024, 32, 1024, 65408, 512, '--mbuf-size must be from 128 to 65407: 65408'",
        "1024, 32, 1024, 2048, 0, '--rx-descriptors must be from 1 to 65535: 0'"})
    void shouldSayWhichFlagIsOutsideOfItsLimits(
        final int flows, final int burst, final int mempool, final int mbufBytes, final int descriptors,
        final String message) {
        assertThatThrownBy(() -> config(flows, burst, mempool, mbufBytes, descriptors, FlowTimeouts.of(1, 1), 1))
            .isInstanceOf(ConfigException.class).hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 1, 1, 1, 1, 1, 1, '--tcp-new-timeout must be longer than zero: 0 ns'",
        "1, 0, 1, 1, 1, 1, 1, 1, '--tcp-half-open-timeout must be longer than zero: 0 ns'",
        "1, 1, 0, 1, 1, 1, 1, 1, '--tcp-established-timeout must be longer than zero: 0 ns'",
        "1, 1, 1, -5, 1, 1, 1, 1, '--tcp-closed-timeout must be longer than zero: -5 ns'",
        "1, 1, 1, 1, 0, 1, 1, 1, '--udp-timeout must be longer than zero: 0 ns'",
        "1, 1, 1, 1, 1, 0, 1, 1, '--icmp-timeout must be longer than zero: 0 ns'",
        "1, 1, 1, 1, 1, 1, 0, 1, '--other-timeout must be longer than zero: 0 ns'",
        "1, 1, 1, 1, 1, 1, 1, 0, '--periodic-interval must be longer than zero: 0 ns'"})
    void shouldRefuseTimesThatAreNone(
        final long newNs, final long halfOpenNs, final long establishedNs, final long closedNs, final long udpNs,
        final long icmpNs, final long otherNs, final long periodicNs, final String message) {
        assertThatThrownBy(() -> config(
                1024, 32, 1024, 2048, 512,
                new FlowTimeouts(newNs, halfOpenNs, establishedNs, closedNs, udpNs, icmpNs, otherNs, 0), periodicNs))
            .isInstanceOf(ConfigException.class).hasMessage(message);
    }

    @Test
    void shouldRefuseAnActiveTimeoutBelowZero() {
        assertThatThrownBy(() -> new FlowTimeouts(1, 1, 1, 1, 1, 1, 1, -1))
            .isInstanceOf(ConfigException.class).hasMessage("--active-timeout must not be negative: -1 ns");
    }

    @Test
    void shouldKnowTheShortestAndTheLongestSilence() {
        final FlowTimeouts timeouts = new FlowTimeouts(5, 4, 9, 6, 8, 7, 3, 99);

        assertThat(timeouts.shortestNs()).isEqualTo(3);
        assertThat(timeouts.longestNs()).isEqualTo(9);
    }

    @Test
    void shouldNotChangeWithTheListsThatItWasMadeOf() {
        final List<Integer> cores = new ArrayList<>(List.of(1));
        final EngineConfig config = new EngineConfig(
            1024, FlowTimeouts.of(1, 1), 1, EngineConfig.FlowStatistics.FULL, TunnelType.ALL, DETECTION, 32, 1024, 2048,
            512, EngineConfig.HugePages.AUTO, EngineConfig.Overflow.BLOCK, 0,
            cores, 0, List.of(), false);
        cores.add(2);

        assertThat(config.workerCores()).containsExactly(1);
    }

    @Test
    void shouldTakeLittleMemoryForPacketsWhenScaledDown() {
        final EngineConfig usual = config(1 << 20, 32, 8191, 9216, 65_535, FlowTimeouts.of(1, 1), 1);

        final EngineConfig small = usual.scaledDown(1024, 2048, 2000, 1);

        assertThat(small.mempoolMbufs() + small.rxDescriptors()).isEqualTo(4096);
        assertThat(small.mbufBytes()).isEqualTo(2000);
    }

    @Test
    void shouldKnowHowManyPacketsOfEachProtocolAreShown() {
        assertThat(DETECTION.packetLimit(6)).isEqualTo(80);
        assertThat(DETECTION.packetLimit(17)).isEqualTo(24);
        assertThat(DETECTION.packetLimit(1)).isEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 0, 0, 1, 1, 4096, --detect-packets tcp must be from 0 to 10000: -1",
        "0, 10001, 0, 1, 1, 4096, --detect-packets udp must be from 0 to 10000: 10001",
        "0, 0, 0, 0, 1, 4096, flows under detection must be at least 1: 0",
        "0, 0, 0, 1, 0, 4096, --detect-silence must be longer than zero: 0 ns",
        "0, 0, 0, 1, 1, 4095, metadata memory must be at least 4096 bytes: 4095"})
    void shouldRefuseDetectionThatCannotWork(
        final int tcp, final int udp, final int other, final int flows, final long silenceNs, final long metadataBytes,
        final String message) {
        assertThatThrownBy(() -> new DetectionConfig(tcp, udp, other, flows, silenceNs, metadataBytes))
            .isInstanceOf(ConfigException.class).hasMessage(message);
    }

    private static EngineConfig config(
        final int flows, final int burst, final int mempool, final int mbufBytes, final int descriptors,
        final FlowTimeouts timeouts, final long periodicNs) {
        return new EngineConfig(
            flows, timeouts, periodicNs, EngineConfig.FlowStatistics.FULL, TunnelType.ALL, DETECTION, burst, mempool,
            mbufBytes, descriptors,
            EngineConfig.HugePages.AUTO, EngineConfig.Overflow.BLOCK, 0, List.of(), 0, List.of(), false);
    }
}
