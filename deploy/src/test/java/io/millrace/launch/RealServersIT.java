package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real clients and servers, in two networks that one cable joins and nothing else, watched at the servers' end:
 *
 * <pre>{@code
 *   curl, dig, ssh ─ far ════ watched ─ openssl s_server, dnsmasq, dropbear
 *   10.77.0.2                 10.77.0.1
 * }</pre>
 */
@Timeout(300)
class RealServersIT {
    private static final String SITE = "www.mill.example";
    private static final String SERVER = "10.77.0.1";
    private static final int PAGE_BYTES = 1 << 20;

    @TempDir
    private Path folder;

    private NetworkNamespace servers;
    private NetworkNamespace clients;
    private final List<Process> running = new ArrayList<>();

    @BeforeEach
    void startServers() throws IOException, InterruptedException {
        NetworkNamespace.assumeTools("curl", "dig", "ssh", "openssl", "dnsmasq", "dropbear", "dropbearkey");
        servers = NetworkNamespace.create();
        clients = NetworkNamespace.create();
        servers.cableTo(clients, "watched", "far");
        servers.run("ip", "address", "add", SERVER + "/24", "dev", "watched");
        clients.run("ip", "address", "add", "10.77.0.2/24", "dev", "far");
        Files.write(folder.resolve("page.bin"), new byte[PAGE_BYTES]);
        runHere("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=" + SITE,
            "-keyout", "key.pem", "-out", "certificate.pem");
        runHere("dropbearkey", "-t", "ed25519", "-f", "host_key");
        serve("openssl", "s_server", "-accept", "443", "-cert", "certificate.pem", "-key", "key.pem", "-WWW", "-quiet");
        serve("dnsmasq", "--conf-file=/dev/null", "--keep-in-foreground", "--user=root", "--pid-file=", "--no-resolv",
            "--no-hosts", "--log-facility=-", "--host-record=" + SITE + "," + SERVER);
        serve("dropbear", "-F", "-E", "-r", "host_key", "-p", "22", "-P", folder.resolve("dropbear.pid").toString());
    }

    @AfterEach
    void stopServers() throws InterruptedException {
        for (final Process server : running) {
            server.destroy();
            server.waitFor();
        }
        for (final NetworkNamespace network : Arrays.asList(servers, clients)) {
            if (network != null) {
                network.remove();
            }
        }
    }

    @Test
    void shouldSeeTheNamesThatClientsAndServersUse() throws Exception {
        final List<String> output;
        try (LiveCapture capture = LiveCapture.start(servers, folder, "--iface=watched", "--eve=live.json")) {
            assertThat(clients.run("dig", "+short", "+tries=20", "+time=1", "@" + SERVER, SITE)).contains(SERVER);
            clients.run("curl", "--silent", "--show-error", "--insecure", "--retry", "20", "--retry-connrefused",
                "--resolve", SITE + ":443:" + SERVER, "--output", folder.resolve("got.bin").toString(),
                "https://" + SITE + "/page.bin");
            ssh();
            assertThat(capture.awaitError("frames longer than")).contains("ethtool -K watched gro off");
            output = capture.stop();
        }

        assertThat(folder.resolve("got.bin")).hasSize(PAGE_BYTES);
        assertThat(Files.readAllLines(folder.resolve("live.json")))
            .anyMatch(line -> isFlow(line, "\"sni\":\"" + SITE + "\"", "\"dest_port\":443",
                "\"ndpi\":{\"proto\":\"TLS"))
            .anyMatch(line -> isFlow(line, "\"rrname\":\"" + SITE + "\"", "\"dest_port\":53",
                "\"ndpi\":{\"proto\":\"DNS"))
            .anyMatch(line -> isFlow(line, "\"software_version\":\"OpenSSH_", "\"dest_port\":22",
                "\"ndpi\":{\"proto\":\"SSH"));
        assertThat(output).anyMatch(line -> line.startsWith("ports    ") && line.contains(" + 0 missed + "))
            .noneMatch(line -> line.contains("does not add up"));
    }

    private static boolean isFlow(final String line, final String... parts) {
        return line.contains("\"event_type\":\"flow\"") && Arrays.stream(parts).allMatch(line::contains);
    }

    /** Nobody may log in; by then both have said who they are. */
    private void ssh() throws IOException, InterruptedException {
        final Process client = new ProcessBuilder(clients.command(List.of("ssh", "-F", "/dev/null", "-o",
            "BatchMode=yes",
            "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "ConnectionAttempts=20",
            "-o", "IdentityFile=none", "nobody@" + SERVER, "true"))).redirectErrorStream(true).start();
        assertThat(new String(client.getInputStream().readAllBytes())).contains("Permission denied");
        client.waitFor();
    }

    private void runHere(final String... command) throws IOException, InterruptedException {
        final Process process =
            new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        final String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
    }

    private void serve(final String... command) throws IOException {
        running.add(new ProcessBuilder(servers.command(List.of(command))).directory(folder.toFile())
            .redirectErrorStream(true).redirectOutput(folder.resolve(command[0] + ".log").toFile()).start());
    }
}
