package io.millrace.script.external;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SocketPeersTest {
    @TempDir
    private Path folder;

    private SocketPeers peers;

    @BeforeEach
    void listGroups() throws IOException {
        final Path groups = Files.writeString(folder.resolve("group"), """
            daemon:x:1:
            capture:x:998:suricata,zeek
            capturers:x:999:eve
            """);
        peers = new SocketPeers("millrace", "capture", groups);
    }

    @ParameterizedTest
    @CsvSource({
        "root,     root,     true",
        "millrace, other,    true",
        "mallory,  capture,  true",
        "suricata, suricata, true",
        "zeek,     zeek,     true",
        "eve,      eve,      false",
        "mallory,  mallory,  false",
        "surica,   surica,   false"})
    void shouldAdmitRootItsOwnerAndTheMembersOfItsGroup(
        final String user, final String firstGroup, final boolean admitted) throws IOException {

        assertThat(peers.admit(user, firstGroup)).isEqualTo(admitted);
    }

    @Test
    void shouldAskTheKernelWhoThePeerIs() throws IOException {
        final Path socket = folder.resolve("alerts");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            final SocketPeers own = SocketPeers.of(socket);
            try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                SocketChannel connection = server.accept()) {

                assertThat(own.admit(connection)).isTrue();
                final String user = Files.getOwner(socket).getName();
                assertThat(new SocketPeers("nobody-else", "no-group", folder.resolve("group")).admit(connection))
                    .isEqualTo(user.equals("root"));
            }
        }
    }

    @Test
    void shouldLetOwnerAndGroupAloneConnect() throws IOException {
        final Path socket = folder.resolve("alerts");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            SocketPeers.of(socket);

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket))).isEqualTo("rw-rw----");
        }
    }
}
