package io.millrace.launch.plan;

import io.millrace.engine.config.CaptureConfig;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.detect.ProtocolDetector;
import io.millrace.engine.flow.table.FlowTable;
import io.millrace.engine.port.PacketMemory;
import io.millrace.script.verdict.VerdictTable;

/**
 * Memory of a run when every table in it is full, in bytes. Most tables take pages when they are first touched; a
 * capture takes those of flows and of detection ahead.
 *
 * @param packetBuffers pools of mbufs.
 * @param kernelRings   that the kernel fills with frames, for its interfaces.
 * @param flowTables    of all workers.
 * @param detection     states and metadata of all workers.
 * @param verdicts      of all script threads.
 * @param rings         for events and output.
 * @param scripts       what Lua may take, and its store.
 * @param heap          of the JVM.
 */
public record RunMemory(
    long packetBuffers, long kernelRings, long flowTables, long detection, long verdicts, long rings, long scripts,
    long heap) {

    /** Room for what nDPI read in the payload of a flow, on average over all flows of a full table. */
    public static final long METADATA_BYTES_PER_FLOW = 256;

    /**
     * Sizes that the engine's settings do not tell.
     *
     * @param scriptThreads   threads that run scripts.
     * @param eventRingBytes  of one ring.
     * @param outputRingBytes of one ring.
     * @param scriptBytes     what the scripts of one thread may take.
     * @param storeBytes      store that all scripts share.
     * @param heapBytes       most that the JVM's heap may take.
     */
    public record Sizes(
        int scriptThreads, long eventRingBytes, long outputRingBytes, long scriptBytes, long storeBytes,
        long heapBytes) {
    }

    /** The memory of a run with these settings; {@code capture} is null in a replay. */
    public static RunMemory of(
        final EngineConfig config, final CaptureConfig capture, final int workers, final int verdictsPerThread,
        final Sizes sizes) {

        final int bypassRings = config.overflow() == EngineConfig.Overflow.DROP ? workers : 0;
        return new RunMemory(
            PacketMemory.of(config, capture, workers).poolBytes(),
            capture == null ? 0 : PacketMemory.kernelRingBytes(capture, workers),
            workers * FlowTable.memoryBytes(config.flowCapacity()),
            workers * ProtocolDetector.memoryBytes(config.detection()),
            sizes.scriptThreads() * VerdictTable.memoryBytes(verdictsPerThread),
            (long) workers * sizes.scriptThreads() * sizes.eventRingBytes()
                + (sizes.scriptThreads() + bypassRings) * sizes.outputRingBytes(),
            sizes.scriptThreads() * sizes.scriptBytes() + sizes.storeBytes(),
            sizes.heapBytes());
    }

    /** Bytes that one more flow of capacity takes in all tables together, roughly. */
    static long bytesPerFlow() {
        final int flows = 1 << 20;
        return (FlowTable.memoryBytes(flows) + VerdictTable.memoryBytes(flows)) / flows
            + METADATA_BYTES_PER_FLOW;
    }

    /** All of it. */
    public long total() {
        return packetBuffers + kernelRings + flowTables + detection + verdicts + rings + scripts + heap;
    }
}
