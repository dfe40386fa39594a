package io.millrace.script.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AsnTableTest {
    @TempDir
    Path folder;

    @Test
    void shouldTellTheAutonomousSystemOfPublicAddresses() throws IOException {
        final Path file = Files.write(folder.resolve("asn.mmdb"), new MmdbWriter("GeoLite2-ASN", 6)
            .network("8.8.8.0", 24, Map.of("autonomous_system_number", 15169, "autonomous_system_organization", "x"))
            .network("9.9.9.0", 24, Map.of("asn", "AS19281"))
            .network("2001:4860::", 32, Map.of("autonomous_system_number", 15169)).toBytes());
        final AsnTable table = new AsnTable(Optional.of(AsnDatabase.open(file)));

        for (int round = 0; round < 2; round++) {
            assertThat(number(table, "8.8.8.8")).isEqualTo(15169);
            assertThat(number(table, "9.9.9.9")).isEqualTo(19281);
            assertThat(number(table, "1.1.1.1")).isEqualTo(AsnDatabase.UNKNOWN);
            assertThat(number(table, "192.168.1.1")).isEqualTo(AsnDatabase.UNKNOWN);
            assertThat(number(table, "2001:4860:4860::8888")).isEqualTo(15169);
        }
    }

    @Test
    void shouldKnowNothingWithoutADatabase() {
        assertThat(number(new AsnTable(Optional.empty()), "8.8.8.8")).isEqualTo(AsnDatabase.UNKNOWN);
    }

    @Test
    void shouldSayWhatIsWrongWithAFile() throws IOException {
        final Path file = Files.writeString(folder.resolve("asn.mmdb"), "no database");

        assertThatThrownBy(() -> AsnDatabase.open(file)).isInstanceOf(GeoException.class)
            .hasMessageStartingWith("autonomous systems: " + file + " is not a MaxMind database (");
        assertThatThrownBy(() -> AsnDatabase.open(folder.resolve("none"))).isInstanceOf(GeoException.class)
            .hasMessageContaining("is not a readable file; "
                + "give the path of a MaxMind database (.mmdb) with --geoip-asn");
    }

    private static int number(final AsnTable table, final String address) {
        final byte[] bytes = InetAddress.ofLiteral(address).getAddress();
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[16]);
        buffer.putBytes(0, bytes);
        return table.numberOf(buffer, 0, bytes.length == 4 ? 4 : 6);
    }
}
