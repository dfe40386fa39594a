package io.millrace.script.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.millrace.engine.memory.RawMemory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PlaceTableTest {
    private static final String IPV4_TABLE = """
        # a comment
        16777216,16777471,AU
        16777472,16778239,CN
        16778240,16779263,??
        3758096383,3758096383,DE
        """;
    private static final String IPV6_TABLE = """
        2001:200::,2001:200:134:ffff:ffff:ffff:ffff:ffff,JP
        2001:200:135::,2001:200:135::1,??
        2a00::1:2,2a00::1:3,FR
        """;

    @TempDir
    private Path directory;

    @Test
    void shouldFindTheCountryOfBothEndsOfARange() throws IOException {
        final PlaceTable table = tables(IPV4_TABLE, IPV6_TABLE);

        assertThat(country(table, "1.0.0.0")).isEqualTo("AU");
        assertThat(country(table, "1.0.0.255")).isEqualTo("AU");
        assertThat(country(table, "1.0.1.0")).isEqualTo("CN");
        assertThat(country(table, "1.0.3.255")).isEqualTo("CN");
        assertThat(country(table, "223.255.255.255")).isEqualTo("DE");
        assertThat(country(table, "2001:200::")).isEqualTo("JP");
        assertThat(country(table, "2001:200:134:ffff:ffff:ffff:ffff:ffff")).isEqualTo("JP");
        assertThat(country(table, "2a00::1:2")).isEqualTo("FR");
        assertThat(country(table, "2a00::1:3")).isEqualTo("FR");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "0.255.255.255", "1.0.4.0", "223.255.255.254", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200:135::",
        "2001:200:135::2", "2a00::1:1", "2a00::1:4", "3fff:ffff::"})
    void shouldNotKnowAddressesBesideTheRanges(final String address) throws IOException {
        final PlaceTable table = tables(IPV4_TABLE, IPV6_TABLE);

        assertThat(placeOf(table, address)).isEqualTo(PlaceTable.UNKNOWN);
        assertThat(country(table, address)).isEmpty();
    }

    @Test
    void shouldReadAnIpv4AddressInsideAnIpv6Address() throws IOException {
        final PlaceTable table = tables(IPV4_TABLE, IPV6_TABLE);
        final UnsafeBuffer mapped = new UnsafeBuffer(new byte[16]);
        mapped.putShort(10, (short) 0xFFFF);
        mapped.putBytes(12, new byte[] {1, 0, 1, 7});

        assertThat(table.country(table.placeOf(mapped, 0, 6))).isEqualTo("CN");
        assertThat(country(table, "64:ff9b::100:107")).isEqualTo("CN");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "169.254.1.1", "172.16.0.1",
        "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1",
        "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1",
        "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "3fff::1", "100::1"})
    void shouldNotKnowAddressesThatAreNotPublic(final String address) throws IOException {
        final PlaceTable table = tables("1,4294967295,DE\n", "::1,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,DE\n");

        assertThat(placeOf(table, address)).isEqualTo(PlaceTable.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "1.1.1.1", "9.255.255.255", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0",
        "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "203.0.112.255", "223.255.255.255",
        "2001:db7:ffff::", "2001:db9::", "2a00::1", "3ffe::1"})
    void shouldKnowTheAddressesBesideRangesThatAreNotPublic(final String address) throws IOException {
        final PlaceTable table = tables("1,4294967295,DE\n", "::1,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,DE\n");

        assertThat(country(table, address)).isEqualTo("DE");
    }

    @Test
    void shouldAgreeWithEveryRangeOfTheInstalledTables() throws IOException {
        final PlaceTable table = new PlaceTable(PlaceSource.ofTables(PlaceSource.TOR_DIRECTORY));
        int checked = 0;
        for (final String name : List.of("geoip", "geoip6")) {
            final Path file = PlaceSource.TOR_DIRECTORY.resolve(name);
            if (!Files.exists(file)) {
                continue;
            }
            final List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i += 97) {
                if (lines.get(i).startsWith("#")) {
                    continue;
                }
                final String[] field = lines.get(i).split(",");
                final String expected = field[2].equals("??") ? "" : field[2];
                for (final String end : List.of(field[0], field[1])) {
                    final UnsafeBuffer address = name.equals("geoip")
                        ? ipv4(Long.parseLong(end)) : new UnsafeBuffer(InetAddress.getByName(end).getAddress());
                    final int version = name.equals("geoip") ? 4 : 6;
                    final String country = table.country(table.placeOf(address, 0, version));
                    if (table.placeOf(address, 0, version) != PlaceTable.UNKNOWN) {
                        assertThat(country).as(lines.get(i)).isEqualTo(expected);
                        checked++;
                    }
                }
            }
        }
        assertThat(checked).isGreaterThan(Files.exists(PlaceSource.TOR_DIRECTORY.resolve("geoip")) ? 5_000 : -1);
    }

    @Test
    void shouldSayWhatToInstallWhereThereIsNoTable() {
        final PlaceSource source = PlaceSource.ofTables(directory);

        assertThat(source.description()).contains("tor-geoipdb").contains("--geoip");
        assertThat(country(new PlaceTable(source), "1.1.1.1")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "16777216,16777471\n", "16777216;16777471;AU\n", "5,4,AU\n",
        "16777216,16777471,AU\n16777471,16777472,CN\n", "99999999999,99999999999,AU\n", "x", "1,2,A"})
    void shouldRefuseABrokenTable(final String text) throws IOException {
        Files.writeString(directory.resolve("geoip"), text);

        assertThatThrownBy(() -> PlaceSource.ofTables(directory))
            .isInstanceOf(GeoException.class)
            .hasMessageContaining(directory.resolve("geoip").toString())
            .hasMessageContaining("tor-geoipdb")
            .message().doesNotContain("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2001::1::2,2001::3,AU\n", "2001:1:2:3:4:5:6:7:8,2001::,AU\n", "2001:12345::,2002::,AU\n",
        "2001:1:2:3:4:5:6,2002::,AU\n", ":1,2::,AU\n", ",,AU\n", "2002::,2001::,AU\n"})
    void shouldRefuseABrokenIpv6Table(final String text) throws IOException {
        Files.writeString(directory.resolve("geoip6"), text);

        assertThatThrownBy(() -> PlaceSource.ofTables(directory))
            .isInstanceOf(GeoException.class).hasMessageContaining("geoip6 line 1");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void shouldReadCitiesOfADatabase(final int ipVersion) throws IOException {
        final PlaceTable table = new PlaceTable(database(ipVersion));

        final int beijing = placeOf(table, "1.2.4.8");
        assertThat(table.country(beijing)).isEqualTo("CN");
        assertThat(table.city(beijing)).isEqualTo("Beijing");
        assertThat(table.hasCoordinates(beijing)).isTrue();
        assertThat(table.latitude(beijing)).isCloseTo(39.9, within(1e-9));
        assertThat(table.longitude(beijing)).isCloseTo(116.4, within(1e-9));

        final int germany = placeOf(table, "5.9.0.1");
        assertThat(table.country(germany)).isEqualTo("DE");
        assertThat(table.city(germany)).isEmpty();
        assertThat(table.hasCoordinates(germany)).isFalse();

        assertThat(placeOf(table, "8.8.8.8")).isEqualTo(PlaceTable.UNKNOWN);
        assertThat(country(table, "2a01:4f8::1")).isEqualTo(ipVersion == 6 ? "DE" : "");
    }

    @Test
    void shouldGiveOnePlaceToAllAddressesOfACity() throws IOException {
        final PlaceTable table = new PlaceTable(database(6));
        final int before = table.placeCount();

        final int first = placeOf(table, "1.2.4.8");
        for (int host = 0; host < 256; host++) {
            assertThat(placeOf(table, "1.2.4." + host)).isEqualTo(first);
            assertThat(placeOf(table, "1.2.4." + host)).isEqualTo(first);
        }

        assertThat(table.placeCount()).isEqualTo(before + 1);
    }

    @Test
    void shouldFallBackToTheCountryWhenTheTableIsFull() throws IOException {
        final PlaceTable table = new PlaceTable(database(6), 678);

        assertThat(table.city(placeOf(table, "1.2.4.8"))).isEqualTo("Beijing");
        final int overflow = placeOf(table, "1.2.5.1");
        assertThat(table.country(overflow)).isEqualTo("CN");
        assertThat(table.city(overflow)).isEmpty();
    }

    @Test
    void shouldCutALongCityNameBetweenCharacters() throws IOException {
        final PlaceTable table = new PlaceTable(database(6));

        final String city = table.city(placeOf(table, "5.10.0.1"));

        assertThat(city).isEqualTo("x" + "\u00FC".repeat(23));
    }

    @Test
    void shouldReadFlatRecordsOfOtherVendors() throws IOException {
        final Path file = directory.resolve("flat.mmdb");
        Files.write(file, new MmdbWriter("generic", 6)
            .network("1.2.3.0", 24, Map.of("country_code", "CN"))
            .network("5.9.0.0", 16, Map.of("country", "DE", "city", "Falkenstein")).toBytes());
        final PlaceTable table = new PlaceTable(PlaceSource.ofDatabase(file));

        assertThat(country(table, "1.2.3.4")).isEqualTo("CN");
        assertThat(table.city(placeOf(table, "5.9.1.1"))).isEqualTo("Falkenstein");
    }

    @Test
    void shouldShowPlacesToLuaByAddress() throws IOException {
        final PlaceTable table = new PlaceTable(database(6));
        final int beijing = placeOf(table, "1.2.4.8");
        final long record = table.address() + (long) beijing * PlaceDescriptor.LENGTH;

        assertThat(RawMemory.u8(record + PlaceDescriptor.COUNTRY)).isEqualTo('C');
        assertThat(RawMemory.u8(record + PlaceDescriptor.CITY_LENGTH)).isEqualTo("Beijing".length());
        assertThat(RawMemory.u8(record + PlaceDescriptor.CITY)).isEqualTo('B');
        assertThat(PlaceDescriptor.layout().cdef()).contains("uint8_t country[2]").contains("} place_t;");
    }

    @Test
    void shouldRefuseAFileThatIsNoDatabase() throws IOException {
        final Path text = Files.writeString(directory.resolve("text.mmdb"), "not a database");
        final Path empty = Files.writeString(directory.resolve("empty.mmdb"), "");

        for (final Path file : List.of(text, empty, directory.resolve("missing.mmdb"), directory)) {
            assertThatThrownBy(() -> PlaceSource.ofDatabase(file))
                .isInstanceOf(GeoException.class)
                .hasMessageContaining(file.toString())
                .message().doesNotContain("\n");
        }
    }

    @Test
    void shouldCountBrokenRecordsAndGoOn() throws IOException {
        final byte[] bytes = new MmdbWriter("GeoLite2-City", 6).network("1.2.3.0", 24, Map.of("city", "x")).toBytes();
        final int dataStart = indexOf(bytes, "city") - 2;
        bytes[dataStart] = (byte) 0x1F;
        final Path file = Files.write(directory.resolve("bent.mmdb"), bytes);
        final PlaceSource source = PlaceSource.ofDatabase(file);

        assertThat(placeOf(new PlaceTable(source), "1.2.3.4")).isEqualTo(PlaceTable.UNKNOWN);
        assertThat(source.description()).contains("1 look-ups met broken records");
    }

    private PlaceTable tables(final String ipv4, final String ipv6) throws IOException {
        Files.writeString(directory.resolve("geoip"), ipv4);
        Files.writeString(directory.resolve("geoip6"), ipv6);
        return new PlaceTable(PlaceSource.ofTables(directory));
    }

    private PlaceSource database(final int ipVersion) throws IOException {
        final MmdbWriter writer = new MmdbWriter("GeoLite2-City", ipVersion)
            .network("1.2.4.0", 24, city("CN", "Beijing", 39.9, 116.4))
            .network("1.2.5.0", 24, city("CN", "Shanghai", 31.2, 121.5))
            .network("5.9.0.0", 16, Map.of("country", Map.of("iso_code", "DE")))
            .network("5.10.0.0", 16, city("DE", "x" + "\u00FC".repeat(40), 50.0, 8.0));
        if (ipVersion == 6) {
            writer.network("2a01:4f8::", 32, Map.of("registered_country", Map.of("iso_code", "DE")));
        }
        final Path file = directory.resolve("city.mmdb");
        Files.write(file, writer.toBytes());
        return PlaceSource.ofDatabase(file);
    }

    private static Map<String, ?> city(
        final String country, final String name, final double latitude, final double longitude) {
        return Map.of(
            "country", Map.of("iso_code", country),
            "city", Map.of("names", Map.of("en", name, "de", "anders")),
            "location", Map.of("latitude", latitude, "longitude", longitude, "time_zone", "Nowhere/Here"));
    }

    private static String country(final PlaceTable table, final String address) {
        return table.country(placeOf(table, address));
    }

    private static int placeOf(final PlaceTable table, final String address) {
        final byte[] bytes;
        try {
            bytes = InetAddress.getByName(address).getAddress();
        } catch (final UnknownHostException e) {
            throw new IllegalArgumentException(address, e);
        }
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[24]);
        buffer.putBytes(8, bytes);
        return table.placeOf(buffer, 8, bytes.length == 4 ? 4 : 6);
    }

    private static UnsafeBuffer ipv4(final long number) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[16]);
        buffer.putInt(0, (int) number, ByteOrder.BIG_ENDIAN);
        return buffer;
    }

    private static int indexOf(final byte[] bytes, final String text) {
        final int index = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
        assertThat(index).isPositive();
        return index;
    }
}
