package io.millrace.script.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostListsTest {
    @TempDir
    Path folder;
    private Path local;
    private Path blacklist;

    @BeforeEach
    void write() throws IOException {
        local = Files.writeString(folder.resolve("local"), "# ours\n198.51.100.0/24\n");
        blacklist = Files.writeString(folder.resolve("blacklist"), "203.0.113.9\n");
    }

    @Test
    void shouldTakeNetworksFromFlagsAndFiles() throws IOException {
        final HostLists hosts = new HostLists(List.of("10.0.0.0/8", local.toString()), Optional.of(blacklist));

        assertThat(holds(hosts.localNetworks(), "10.1.2.3")).isTrue();
        assertThat(holds(hosts.localNetworks(), "198.51.100.7")).isTrue();
        assertThat(holds(hosts.localNetworks(), "203.0.113.9")).isFalse();
        assertThat(holds(hosts.blacklist(), "203.0.113.9")).isTrue();
        assertThat(hosts.files()).containsExactly(local, blacklist);
    }

    @Test
    void shouldNumberNetworksAsTheListHasThem() {
        final HostLists hosts = new HostLists(
            List.of("192.0.2.0/24", "10.0.0.0/8", local.toString(), "fd00::/8", "10.1.0.0/16"), Optional.empty());

        assertThat(entryOf(hosts, "192.0.2.1")).isZero();
        assertThat(entryOf(hosts, "10.1.2.3")).isEqualTo(1);
        assertThat(entryOf(hosts, "198.51.100.7")).isEqualTo(2);
        assertThat(entryOf(hosts, "fd00::1")).isEqualTo(3);
        assertThat(entryOf(hosts, "203.0.113.9")).isEqualTo(-1);
        assertThat(entryOf(hosts, "2001:db8::1")).isEqualTo(-1);
    }

    @Test
    void shouldUseWhatAFileHasBecomeOnceTold() throws IOException {
        final HostLists hosts = new HostLists(List.of(local.toString()), Optional.of(blacklist));
        Files.writeString(local, "192.0.2.0/24\n");
        Files.writeString(blacklist, "203.0.113.10\n");

        final HostLists.Reading reading = hosts.read();
        assertThat(holds(hosts.localNetworks(), "198.51.100.7")).isTrue();
        hosts.use(reading);

        assertThat(holds(hosts.localNetworks(), "198.51.100.7")).isFalse();
        assertThat(holds(hosts.localNetworks(), "192.0.2.1")).isTrue();
        assertThat(holds(hosts.blacklist(), "203.0.113.9")).isFalse();
        assertThat(holds(hosts.blacklist(), "203.0.113.10")).isTrue();
    }

    @Test
    void shouldNameFileAndLineThatIsNoNetwork() throws IOException {
        final HostLists hosts = new HostLists(List.of(local.toString()), Optional.empty());
        Files.writeString(local, "192.0.2.0/24\nours\n");

        assertThatThrownBy(hosts::read).isInstanceOf(IllegalArgumentException.class)
            .hasMessage(local + ":2: 'ours' is no address or network such as 10.0.0.0/8");
    }

    private static int entryOf(final HostLists hosts, final String text) {
        final byte[] address = InetAddress.ofLiteral(text).getAddress();
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[16]);
        buffer.putBytes(0, address);
        return hosts.localNetworks().entryOf(buffer, 0, address.length == 4 ? 4 : 6);
    }

    private static boolean holds(final NetworkSet set, final String address) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[16]);
        buffer.putBytes(0, InetAddress.ofLiteral(address).getAddress());
        return set.contains(buffer, 0, 4);
    }
}
