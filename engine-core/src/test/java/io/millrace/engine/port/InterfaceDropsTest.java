package io.millrace.engine.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InterfaceDropsTest {
    private static final String HEADER = """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls
        """;

    @TempDir
    private Path folder;

    private Path interfaces;

    @BeforeEach
    void nameFile() {
        interfaces = folder.resolve("dev");
    }

    @Test
    void shouldCountWhatAnInterfaceDroppedSinceItIsLookedAt() throws IOException {
        write("  eth1: 1 1 0 900 0 0 0 0 1 1 0 0 0 0 0 0", "  eth10: 1 1 0 7 0 0 0 0 1 1 0 0 0 0 0 0");
        final InterfaceDrops drops = new InterfaceDrops(interfaces, "eth1", false);
        assertThat(drops.dropped()).isZero();

        write("  eth1:123456 1 0 903 4 0 0 0 1 1 0 55 0 0 0 0", "  eth10: 1 1 0 99 0 0 0 0 1 1 0 0 0 0 0 0");
        assertThat(drops.dropped()).isEqualTo(7);
    }

    @Test
    void shouldCountWhatDidNotGetOutOfAnInterfaceThatEndsHere() throws IOException {
        write("  tap0: 1 1 0 900 0 0 0 0 1 1 0 20 0 0 0 0");
        final InterfaceDrops drops = new InterfaceDrops(interfaces, "tap0", true);

        write("  tap0: 1 1 0 950 0 0 0 0 1 1 0 25 0 0 0 0");
        assertThat(drops.dropped()).isEqualTo(5);
    }

    @Test
    void shouldKeepItsCountWhereTheInterfaceIsGone() throws IOException {
        write("  eth1: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0");
        final InterfaceDrops drops = new InterfaceDrops(interfaces, "eth1", false);
        write("  eth1: 1 1 0 5 0 0 0 0 1 1 0 0 0 0 0 0");
        assertThat(drops.dropped()).isEqualTo(5);

        write();
        assertThat(drops.dropped()).isEqualTo(5);
    }

    private void write(final String... lines) throws IOException {
        Files.writeString(interfaces, HEADER + String.join("\n", lines) + "\n");
    }
}
