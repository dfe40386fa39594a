package io.millrace.engine.port;

import io.millrace.binding.dpdk.EthernetPort;
import io.millrace.binding.dpdk.RxBurst;
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
                ports.add(new LivePort(spec));
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
        final List<RxBurst> queues = new ArrayList<>();
        final List<LivePort> owners = new ArrayList<>();
        for (final LivePort port : ports) {
            for (int queue = index; queue < port.bursts().size(); queue += workers) {
                queues.add(port.bursts().get(queue));
                owners.add(port);
            }
        }
        return new LiveSource(queues, owners, clock);
    }

    /** All queues, for a distributor. */
    public LiveSource allQueues() {
        final List<RxBurst> queues = new ArrayList<>();
        final List<LivePort> owners = new ArrayList<>();
        for (final LivePort port : ports) {
            port.bursts().forEach(queue -> {
                queues.add(queue);
                owners.add(port);
            });
        }
        return new LiveSource(queues, owners, clock);
    }

    /** One line for each port: its driver, queues and link. */
    public List<String> descriptions() {
        return ports.stream().map(port -> {
            final EthernetPort.Facts facts = port.facts();
            final int queues = port.bursts().size();
            return "port " + port.spec().label() + ": " + facts.driver() + ", " + queues + " RX queue"
                + (queues == 1 ? "" : "s");
        }).toList();
    }

    /** Updates the counters, and tells changes of links and devices that are gone. */
    public void watch(final Consumer<String> news) {
        ports.forEach(port -> port.watch(news));
    }

    /** Nobody may poll any more. */
    @Override
    public void close() {
        ports.forEach(LivePort::close);
    }
}
