package io.millrace.engine.port;

import io.millrace.engine.config.CaptureConfig;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.config.PortSpec;
import io.millrace.engine.telemetry.Telemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * All live ports of an engine. Opened, watched and closed by the thread that builds the engine, or by one that takes
 * turns with it.
 */
public final class LivePorts implements AutoCloseable {
    private final List<LivePort> ports = new ArrayList<>();
    private final LiveClock clock;
    private final int workers;
    private final boolean distributed;
    private final List<LiveSource> sources = new ArrayList<>();
    private boolean shut;

    /**
     * Opens the ports. DPDK must have been started.
     *
     * @throws io.millrace.binding.link.EnvironmentException where a port is missing, in use, or not allowed.
     * @throws io.millrace.engine.config.ConfigException     where a port has fewer queues than asked for.
     */
    public LivePorts(
        final CaptureConfig capture, final EngineConfig config, final int workers, final LiveClock clock,
        final Telemetry telemetry) {

        this.clock = clock;
        this.workers = workers;
        try {
            for (final PortSpec spec : capture.ports()) {
                ports.add(new LivePort(spec, capture));
            }
            final boolean queuesForAll = ports.stream().allMatch(
                port -> (capture.rxQueues() == 0 ? port.symmetricQueues() : capture.rxQueues()) >= workers);
            distributed = !queuesForAll;
            final int queues = capture.rxQueues() != 0 ? capture.rxQueues() : queuesForAll ? workers : 1;
            for (final LivePort port : ports) {
                port.open(config, queues, PacketMemory.mbufsPerQueue(config, distributed, workers),
                    capture.promiscuous(), telemetry);
            }
        } catch (final RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Whether a distributor must stand between ports and workers, because there are too few queues. */
    public boolean distributed() {
        return distributed;
    }

    /** The queues of worker {@code index}, of every port; where no distributor is needed. */
    public LiveSource source(final int index) {
        final List<LiveQueue> queues = new ArrayList<>();
        for (final LivePort port : ports) {
            for (int queue = index; queue < port.queues().size(); queue += workers) {
                queues.add(port.queues().get(queue));
            }
        }
        return source(queues);
    }

    /** All queues, for a distributor. */
    public LiveSource allQueues() {
        return source(ports.stream().flatMap(port -> port.queues().stream()).toList());
    }

    private LiveSource source(final List<LiveQueue> queues) {
        final LiveSource source = new LiveSource(queues, clock);
        sources.add(source);
        return source;
    }

    /** Lets frames in, unless the ports are shut already. */
    public synchronized void letIn() {
        if (!shut) {
            ports.forEach(LivePort::letIn);
        }
    }

    /** Lets no more frames in; the sources are finished once they have brought what came before. Any thread. */
    public synchronized void shut() {
        if (!shut) {
            shut = true;
            ports.forEach(LivePort::shut);
            sources.forEach(LiveSource::shut);
        }
    }

    /** One line for each port: its driver, queues and link. */
    public List<String> descriptions() {
        return ports.stream().map(port -> {
            final int queues = port.queues().size();
            return "port " + port.spec().label() + ": " + port.driver() + ", " + queues + " RX queue"
                + (queues == 1 ? "" : "s");
        }).toList();
    }

    /**
     * Updates the counters, and tells changes of links and devices that are gone.
     *
     * @param ended whether nobody polls any more: what waits in the queues is missed then.
     */
    public synchronized void watch(final Consumer<String> news, final boolean ended) {
        ports.forEach(port -> port.watch(news, ended));
    }

    /** Nobody may poll any more. */
    @Override
    public void close() {
        ports.forEach(LivePort::close);
    }
}
