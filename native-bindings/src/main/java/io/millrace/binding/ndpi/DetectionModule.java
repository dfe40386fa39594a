package io.millrace.binding.ndpi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeLinker;
import io.millrace.binding.link.NativeShim;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/**
 * An nDPI detection module. Not thread-safe: one per worker. Flow states are memory of {@link #FLOW_STATE_LENGTH}
 * bytes, zeroed before first use, given to {@link #reset(long)} before it is used for another flow or freed. Verdicts
 * are memory of {@link #VERDICT_LENGTH} bytes. Source: {@code ndpi_api.h}, {@code ndpi_verdict.h} of the shim.
 */
public final class DetectionModule implements AutoCloseable {
    /** No application yet. */
    public static final int UNDECIDED = 0;
    /** Application named; more packets may tell more, such as a certificate. */
    public static final int NAMED = 1;
    /** Application named; nothing more to learn. */
    public static final int FINAL = 2;

    /** Bytes of the state of one flow. */
    public static final int FLOW_STATE_LENGTH;
    /** Bytes that {@link #keepMatch} needs beside a flow's state. */
    public static final int MATCH_LENGTH;
    /** Bytes of a verdict. */
    public static final int VERDICT_LENGTH;
    /** {@code uint16_t}: master protocol id. */
    public static final int VERDICT_MASTER_OFFSET;
    /** {@code uint16_t}: application protocol id. */
    public static final int VERDICT_APP_OFFSET;
    /** {@code uint16_t}: category id. */
    public static final int VERDICT_CATEGORY_OFFSET;
    /** {@code uint8_t}: breed id. */
    public static final int VERDICT_BREED_OFFSET;
    /** {@code uint8_t}: {@code ndpi_confidence_t}. */
    public static final int VERDICT_CONFIDENCE_OFFSET;
    /** {@code uint64_t}: risks, bit n is risk n. */
    public static final int VERDICT_RISK_OFFSET;
    /** Longest block that {@link #metadata(long, long, int)} writes. */
    public static final int METADATA_MAX_LENGTH;

    private static final MethodHandle INSPECT;
    private static final MethodHandle GIVE_UP;
    private static final MethodHandle GUESS;
    private static final MethodHandle KEEP_MATCH;
    private static final MethodHandle METADATA;
    private static final MethodHandle RESET;

    static {
        final NativeShim shim = NativeShim.shim();
        FLOW_STATE_LENGTH = shim.layout("millrace_ndpi_state");
        MATCH_LENGTH = shim.layout("millrace_match");
        VERDICT_LENGTH = shim.layout("millrace_ndpi_verdict");
        VERDICT_MASTER_OFFSET = shim.layout("millrace_ndpi_verdict.master");
        VERDICT_APP_OFFSET = shim.layout("millrace_ndpi_verdict.app");
        VERDICT_CATEGORY_OFFSET = shim.layout("millrace_ndpi_verdict.category");
        VERDICT_BREED_OFFSET = shim.layout("millrace_ndpi_verdict.breed");
        VERDICT_CONFIDENCE_OFFSET = shim.layout("millrace_ndpi_verdict.confidence");
        VERDICT_RISK_OFFSET = shim.layout("millrace_ndpi_verdict.risk");
        METADATA_MAX_LENGTH = shim.layout("MILLRACE_METADATA_MAX");
        INSPECT = shim.handle("millrace_ndpi_inspect",
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG),
            NativeLinker.LEAF);
        GIVE_UP = shim.handle(
            "millrace_ndpi_give_up", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG), NativeLinker.LEAF);
        GUESS = shim.handle("millrace_ndpi_guess",
            FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_BYTE, JAVA_INT, JAVA_SHORT, JAVA_INT, JAVA_SHORT, JAVA_LONG),
            NativeLinker.LEAF);
        KEEP_MATCH = shim.handle("millrace_ndpi_keep_match",
            FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT), NativeLinker.LEAF);
        METADATA = shim.handle("millrace_ndpi_metadata",
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT), NativeLinker.LEAF);
        RESET = shim.handle("millrace_ndpi_flow_reset", FunctionDescriptor.ofVoid(JAVA_LONG), NativeLinker.LEAF);
    }

    private long module;

    private DetectionModule(final long module) {
        this.module = module;
    }

    /**
     * A module that looks for every protocol nDPI knows. Any thread: one after the other, because nDPI sets up tables
     * that all modules share.
     *
     * @throws EnvironmentException where the loaded nDPI is not the one that the shim was built for, or has no memory.
     */
    public static synchronized DetectionModule create() {
        final NativeShim shim = NativeShim.shim();
        requireApi(
            shim.function("millrace_ndpi_compiled_api", FunctionDescriptor.of(JAVA_INT)).callInt(),
            Short.toUnsignedInt(shim.function("ndpi_get_api_version", FunctionDescriptor.of(JAVA_SHORT)).callShort()));
        final long module =
            shim.function("millrace_ndpi_create", FunctionDescriptor.of(ADDRESS)).callPointer().address();
        if (module == 0) {
            throw new EnvironmentException("nDPI has no memory for a detection module: free memory or lower --workers");
        }
        return new DetectionModule(module);
    }

    /** Version of the loaded nDPI, for example {@code 4.2.0}. */
    public static String version() {
        return NativeShim.shim().function("ndpi_revision", FunctionDescriptor.of(ADDRESS)).callText();
    }

    /**
     * Shows one packet of a flow to nDPI. One native call.
     *
     * @param flowState     state of the flow.
     * @param packet        address of the IP header.
     * @param packetLength  bytes from there on.
     * @param packetTimeMs  packet time, milliseconds since the Unix epoch.
     * @param verdict       memory for the verdict.
     * @return {@link #UNDECIDED}, {@link #NAMED} or {@link #FINAL}.
     */
    public int inspect(
        final long flowState,
        final long packet,
        final int packetLength,
        final long packetTimeMs,
        final long verdict) {
        try {
            return (int) INSPECT.invokeExact(module, flowState, packet, packetLength, packetTimeMs, verdict);
        } catch (final Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Asks for the best guess about a flow of which no more packets will be shown. */
    public void giveUp(final long flowState, final long verdict) {
        try {
            GIVE_UP.invokeExact(module, flowState, verdict);
        } catch (final Throwable t) {
            throw new AssertionError(t);
        }
    }

    /**
     * Guesses by protocol, address and port alone, for a flow without state.
     *
     * @param source      IPv4 address in host order; 0 for IPv6.
     * @param destination IPv4 address in host order; 0 for IPv6.
     */
    public void guess(
        final int l4Protocol,
        final int source,
        final int sourcePort,
        final int destination,
        final int destinationPort,
        final long verdict) {
        try {
            GUESS.invokeExact(
                module, (byte) l4Protocol, source, (short) sourcePort, destination, (short) destinationPort, verdict);
        } catch (final Throwable t) {
            throw new AssertionError(t);
        }
    }

    /**
     * Keeps the start of this packet's payload for {@link #metadata(long, long, int)}, where none is kept of the flow
     * yet.
     *
     * @param match        {@link #MATCH_LENGTH} bytes on an even address, untouched until the state is reset.
     * @param packet       address of the IP header.
     * @param packetLength bytes from there on.
     */
    public void keepMatch(final long flowState, final long match, final long packet, final int packetLength) {
        try {
            KEEP_MATCH.invokeExact(flowState, match, packet, packetLength);
        } catch (final Throwable t) {
            throw new AssertionError(t);
        }
    }

    /**
     * Copies what nDPI read in the flow's payload to {@code out} as a {@code flow_metadata_t}.
     *
     * @return bytes written, a multiple of 8 where there is room; 0 where there is nothing worth keeping.
     */
    public int metadata(final long flowState, final long out, final int capacity) {
        try {
            return (int) METADATA.invokeExact(flowState, out, capacity);
        } catch (final Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Frees what nDPI hung on a flow's state and zeroes it. */
    public void reset(final long flowState) {
        try {
            RESET.invokeExact(flowState);
        } catch (final Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public void close() {
        if (module != 0) {
            NativeShim.shim().function("millrace_ndpi_destroy", FunctionDescriptor.ofVoid(JAVA_LONG)).call(module);
            module = 0;
        }
    }

    long address() {
        return module;
    }

    /** Refuses a loaded nDPI with another API than the one that the shim was compiled against. */
    static void requireApi(final int compiled, final int loaded) {
        if (compiled != loaded) {
            throw new EnvironmentException("native library was built for nDPI API " + compiled + ", but nDPI "
                + version() + " with API " + loaded + " is installed: " + NativeLinker.rebuild());
        }
    }
}
