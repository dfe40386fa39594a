package io.millrace.launch.plan;

import io.millrace.engine.config.EngineConfig.HugePages;

/**
 * Queues, rings and buffers of packets.
 *
 * @param rxQueues           asked of each port; 0 leaves it to what the opened port can do.
 * @param kernelRingFrames   length of the rings of interfaces of the kernel.
 * @param rxDescriptors      length of the RX rings of other ports.
 * @param mbufsBehindTheRing packet buffers per queue besides those that wait in its RX ring.
 * @param hugePages          which memory comes from huge pages.
 */
public record BufferPlan(
    int rxQueues, int kernelRingFrames, int rxDescriptors, int mbufsBehindTheRing, HugePages hugePages) {
}
