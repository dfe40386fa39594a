package io.millrace.launch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What tests of live ports stand on, made anew for each of them: a network of its own, and in it a cable.
 *
 * <pre>{@code
 *   sendSample() ─ far ════ watched ─ millrace capture --iface watched
 * }</pre>
 */
final class WatchedLink implements BeforeEachCallback, AfterEachCallback {
    /** The end that captures read. */
    static final String WATCHED = "watched";
    /** The end that frames are sent from. */
    static final String FAR = "far";
    /** The capture that comes with Millrace. */
    static final Path SAMPLE = Path.of("sample/sample.pcap").toAbsolutePath();
    /** Its frames. */
    static final int SAMPLE_FRAMES = 1033;

    private final boolean cabled;
    private NetworkNamespace network;

    private WatchedLink(final boolean cabled) {
        this.cabled = cabled;
    }

    /** A network with the cable. */
    static WatchedLink cabled() {
        return new WatchedLink(true);
    }

    /** A network in which the test lays its cables itself. */
    static WatchedLink uncabled() {
        return new WatchedLink(false);
    }

    @Override
    public void beforeEach(final ExtensionContext context) throws IOException, InterruptedException {
        network = NetworkNamespace.create();
        if (cabled) {
            network.cable(WATCHED, FAR);
        }
    }

    @Override
    public void afterEach(final ExtensionContext context) throws InterruptedException {
        if (network != null) {
            network.remove();
        }
    }

    /** The network. */
    NetworkNamespace network() {
        return network;
    }

    /** Runs a command in there to its end, which must be a good one; returns what it printed. */
    String run(final String... arguments) throws IOException, InterruptedException {
        return network.run(arguments);
    }

    /** Starts a capture in there, as {@link LiveCapture#start(NetworkNamespace, Path, String...)} does. */
    LiveCapture capture(final Path folder, final String... arguments) throws IOException {
        return LiveCapture.start(network, folder, arguments);
    }

    /** The same with more in its environment. */
    LiveCapture capture(final Path folder, final Map<String, String> environment, final String... arguments)
        throws IOException {

        return LiveCapture.start(network, folder, environment, arguments);
    }

    /** Runs a capture in there that does not come to run; returns what it says. */
    String refusal(final Path folder, final String... arguments) throws IOException, InterruptedException {
        return LiveCapture.refusal(network, folder, arguments);
    }

    /** Sends the sample from the far end; skips the test where there is nothing to send it with. */
    void sendSample() throws IOException, InterruptedException {
        sendSample(FAR);
    }

    /** The same from another interface. */
    void sendSample(final String from) throws IOException, InterruptedException {
        NetworkNamespace.assumeTools("tcpreplay");
        network.run("tcpreplay", "--quiet", "--pps=2000", "--intf1=" + from, SAMPLE.toString());
    }
}
