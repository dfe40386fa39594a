package io.millrace.launch.plan;

import io.millrace.engine.config.EngineConfig.HugePages;
import io.millrace.engine.config.EngineConfig.Overflow;
import java.util.List;

/**
 * What was asked for; null stands for what was left to be chosen.
 *
 * @param workers        threads that work on packets.
 * @param workerCores    their cores and, behind them, the distributor's; empty leaves placing to the kernel.
 * @param scriptThreads  threads that run scripts.
 * @param scriptCores    their cores; empty leaves placing to the kernel.
 * @param flowCapacity   flows per worker.
 * @param rxQueues       RX queues per port.
 * @param rxDescriptors  length of an RX ring.
 * @param mempool        packet buffers per RX queue.
 * @param mbufBytes      frame bytes per packet buffer.
 * @param burst          frames per poll.
 * @param hugePages      for packet buffers.
 * @param overflow       what a full event ring does; never null.
 * @param ealArguments   further arguments for DPDK.
 */
public record RunWishes(
    Integer workers,
    List<Integer> workerCores,
    Integer scriptThreads,
    List<Integer> scriptCores,
    Integer flowCapacity,
    Integer rxQueues,
    Integer rxDescriptors,
    Integer mempool,
    int mbufBytes,
    int burst,
    HugePages hugePages,
    Overflow overflow,
    List<String> ealArguments) {
}
