package io.millrace.engine.config;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Settings of live ports.
 *
 * @param ports               at least one, each once.
 * @param rxQueues            RX queues of each port; 0 for as many as there are workers where the port can feed that
 *                            many so that both directions of a flow meet, and one with a distributor behind it
 *                            otherwise.
 * @param promiscuous         whether frames for any address are taken.
 * @param interfaceRingFrames frames of usual size that the kernel keeps for each queue of an interface; many more where
 *                            they are short.
 */
public record CaptureConfig(List<PortSpec> ports, int rxQueues, boolean promiscuous, int interfaceRingFrames) {
    private static final int MAX_RING_FRAMES = 1 << 20;
    private static final int MAX_RX_QUEUES = 64;

    /** Checks every value; throws {@link ConfigException} with the flag, the value and the limit. */
    public CaptureConfig {
        ports = List.copyOf(ports);
        if (ports.isEmpty()) {
            throw new ConfigException("no port: give --iface NAME or --port PCI|VDEV");
        }
        if (rxQueues < 0 || rxQueues > MAX_RX_QUEUES) {
            throw new ConfigException("--rx-queues must be from 1 to " + MAX_RX_QUEUES + ": " + rxQueues);
        }
        if (interfaceRingFrames < 1 || interfaceRingFrames > MAX_RING_FRAMES) {
            throw new ConfigException(
                "--rx-descriptors must be from 1 to " + MAX_RING_FRAMES + ": " + interfaceRingFrames);
        }
        final Set<String> devices = new HashSet<>();
        final Set<String> interfaces = new HashSet<>();
        for (final PortSpec port : ports) {
            if (!devices.add(port.device()) || port.interfaceName().isPresent()
                && !interfaces.add(port.interfaceName().get())) {
                throw new ConfigException("port " + port.label() + " is named twice: name it once");
            }
        }
    }
}
