package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A network of its own with no way out: what runs in it sees no interface but those made in it. It goes with the
 * process that holds it, at {@link #remove()}.
 */
final class NetworkNamespace {
    private static final List<Path> FOLDERS =
        List.of(Path.of("/usr/bin"), Path.of("/usr/sbin"), Path.of("/bin"), Path.of("/sbin"));

    private final Process holder;

    private NetworkNamespace(final Process holder) {
        this.holder = holder;
    }

    /** A new network, in which nothing but the loopback interface is; skips the test where that is not allowed. */
    static NetworkNamespace create() throws IOException, InterruptedException {
        assumeTrue("root".equals(System.getProperty("user.name")), "live ports need root");
        assumeTools("unshare", "nsenter", "ip");
        final Process holder = new ProcessBuilder("unshare", "--net", "sh", "-c", "echo ready; exec cat").start();
        final int first = holder.getInputStream().read();
        assumeTrue(first == 'r', "network namespaces are not allowed here: unshare --net fails");
        final NetworkNamespace network = new NetworkNamespace(holder);
        network.run("ip", "link", "set", "lo", "up");
        return network;
    }

    /** Skips the test where one of these programs is not installed. */
    static void assumeTools(final String... names) {
        for (final String name : names) {
            assumeTrue(FOLDERS.stream().anyMatch(folder -> Files.isExecutable(folder.resolve(name))),
                name + " is not installed");
        }
    }

    /** Two interfaces joined by a cable, both up; what one sends the other receives. */
    void cable(final String one, final String other) throws IOException, InterruptedException {
        cableTo(this, one, other);
    }

    /** A cable to another network: interface {@code one} is here, {@code other} there. */
    void cableTo(final NetworkNamespace network, final String one, final String other)
        throws IOException, InterruptedException {

        run("ip", "link", "add", one, "type", "veth", "peer", "name", other, "netns",
            Long.toString(network.holder.pid()));
        setUp(one);
        network.setUp(other);
    }

    /** With IPv6 the kernel sends frames of its own. */
    private void setUp(final String name) throws IOException, InterruptedException {
        run("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/" + name + "/disable_ipv6");
        run("ip", "link", "set", name, "up");
    }

    /** The command as it runs in here. */
    List<String> command(final List<String> arguments) {
        final List<String> command =
            new ArrayList<>(List.of("nsenter", "--net=/proc/" + holder.pid() + "/ns/net", "--"));
        command.addAll(arguments);
        return command;
    }

    /** Runs a command to its end, which must be a good one; returns what it printed. */
    String run(final String... arguments) throws IOException, InterruptedException {
        final Process process = new ProcessBuilder(command(List.of(arguments))).redirectErrorStream(true).start();
        final String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as("%s: %s", String.join(" ", arguments), output).isZero();
        return output;
    }

    /** Ends it. */
    void remove() throws InterruptedException {
        holder.destroy();
        holder.waitFor();
    }
}
