package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class FlagValuesTest {
    @ParameterizedTest
    @CsvSource({
        "1ns, 1", "250us, 250000", "500ms, 500000000", "60s, 60000000000", "1.5s, 1500000000", "2m, 120000000000",
        "1h, 3600000000000", "1d, 86400000000000", "0s, 0"})
    void shouldReadDurations(final String text, final long expectedNs) {
        assertThat(new DurationConverter().convert(text)).isEqualTo(expectedNs);
    }

    @ParameterizedTest
    @ValueSource(strings = {"60", "", "s", "-1s", "1 s", "1S", "1e3s", "1w", "999999999999d"})
    void shouldRefuseWhatIsNoDuration(final String text) {
        assertThatThrownBy(() -> new DurationConverter().convert(text))
            .isInstanceOf(TypeConversionException.class).hasMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @CsvSource({"2048, 2048", "512B, 512", "16K, 16384", "16KiB, 16384", "64M, 67108864", "1GiB, 1073741824"})
    void shouldReadSizesInPowersOf1024(final String text, final long expectedBytes) {
        assertThat(new SizeConverter().convert(text)).isEqualTo(expectedBytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"64MB", "64m", "M", "", "-1", "1.5M", "1T"})
    void shouldRefuseWhatIsNoSize(final String text) {
        assertThatThrownBy(() -> new SizeConverter().convert(text))
            .isInstanceOf(TypeConversionException.class).hasMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "4096, 4096", "64K, 64000", "1M, 1000000", "2G, 2000000000"})
    void shouldReadCountsInPowersOf1000(final String text, final int expected) {
        assertThat(new CountConverter().convert(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-1", "1KiB", "3G", "99999999999"})
    void shouldRefuseWhatIsNoCount(final String text) {
        assertThatThrownBy(() -> new CountConverter().convert(text))
            .isInstanceOf(TypeConversionException.class).hasMessageContaining("'" + text + "'");
    }

    @Test
    void shouldReadCoresInTheOrderGiven() {
        assertThat(new CoreList.Converter().convert("8,2-4, 0").cores()).containsExactly(8, 2, 3, 4, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "1-", "4-2", "1,1", "1-3,2", "1,,2"})
    void shouldRefuseWhatIsNoListOfCores(final String text) {
        assertThatThrownBy(() -> new CoreList.Converter().convert(text)).isInstanceOf(TypeConversionException.class);
    }

    @Test
    void shouldKeepTheDefaultOfWhatDetectPacketsDoesNotName() {
        final DetectPackets.Converter converter = new DetectPackets.Converter();

        assertThat(List.of(
            converter.convert("tcp=10"), converter.convert("udp=1,tcp=2"), converter.convert("other=0")))
            .containsExactly(new DetectPackets(10, 25, 24), new DetectPackets(2, 1, 24), new DetectPackets(81, 25, 0));
    }

    @Test
    void shouldSwitchDetectionOffWithABareZero() {
        assertThat(new DetectPackets.Converter().convert("0")).isEqualTo(new DetectPackets(0, 0, 0));
    }

    @Test
    void shouldShowTheDefaultOfDetectPacketsAsItIs() {
        assertThat(new DetectPackets.Converter().convert(DetectPackets.DEFAULT_TEXT)).isEqualTo(DetectPackets.DEFAULT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "tcp", "tcp=", "tcp=1,tcp=2", "sctp=1", "tcp=-1"})
    void shouldRefuseWhatNamesNoPackets(final String text) {
        assertThatThrownBy(() -> new DetectPackets.Converter().convert(text))
            .isInstanceOf(TypeConversionException.class);
    }
}
