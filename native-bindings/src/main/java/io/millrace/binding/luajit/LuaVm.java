package io.millrace.binding.luajit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * One LuaJIT virtual machine with all standard libraries open and its memory bounded. What runs inside is started by
 * one trusted chunk ({@link #start}) that returns a table of entry points, {@code dispatch} among them.
 *
 * <p>Only one thread at a time may be inside; {@link #cpuTimeNs()} and {@link #interrupt(int)} are for another thread
 * while one is. Text crosses as bytes; Lua's strings have no encoding, so use ISO 8859-1 to carry any of them.
 */
public final class LuaVm implements AutoCloseable {
    /** Result of {@link #dispatch}: a Lua error escaped; {@link #lastError()} tells which. */
    public static final int FAILED = -1;
    /** Result of {@link #dispatch}: a script in compiled code ran past its deadline; only {@link #close()} is left. */
    public static final int ABANDONED = -2;

    /** Least memory that LuaJIT and its standard libraries start in. */
    public static final long MIN_MEMORY_BYTES = 1 << 20;

    private static final AtomicInteger OPEN = new AtomicInteger();

    private final long memoryLimitBytes;
    private long handle;

    /**
     * An empty machine.
     *
     * @param memoryLimitBytes most memory that Lua objects may take; an allocation beyond it is the Lua error
     *                         {@code not enough memory}. Machine code is not counted.
     */
    public LuaVm(final long memoryLimitBytes) {
        if (memoryLimitBytes < MIN_MEMORY_BYTES) {
            throw new IllegalArgumentException("a Lua machine needs at least " + MIN_MEMORY_BYTES
                + " bytes: memoryLimitBytes=" + memoryLimitBytes);
        }
        this.memoryLimitBytes = memoryLimitBytes;
        LuaNative.load();
        handle = LuaNative.create(memoryLimitBytes);
        if (handle == 0) {
            throw new IllegalStateException("no memory for a Lua machine: memoryLimitBytes=" + memoryLimitBytes);
        }
        OPEN.incrementAndGet();
    }

    /** Machines of this process that are not closed. Any thread. */
    public static int open() {
        return OPEN.get();
    }

    /** Version of the LuaJIT headers this was built with, for example {@code LuaJIT 2.1.0-beta3}. */
    public static String version() {
        LuaNative.load();
        return LuaNative.version();
    }

    /**
     * Runs a chunk that returns the table of entry points.
     *
     * @param chunkName name in error messages; a leading {@code @} marks a file name.
     * @param arguments strings for the chunk's {@code ...}; null is nil.
     * @throws LuaException where the chunk does not compile, fails, or returns no table with {@code dispatch}.
     */
    public void start(final String chunkName, final byte[] code, final byte[]... arguments) {
        result(LuaNative.start(handle(), zeroTerminated(chunkName), code, arguments));
    }

    /**
     * Calls one of the entry points.
     *
     * @param arguments strings; null is nil.
     * @return the first result as a string; null where it is nil.
     * @throws LuaException where it fails.
     */
    public byte[] call(final String entry, final byte[]... arguments) {
        return result(LuaNative.call(handle(), zeroTerminated(entry), arguments));
    }

    /**
     * Calls the entry point {@code dispatch(batchAddress, from, count)}.
     *
     * @return its result, the index of the first event that it left undone, or {@link #FAILED}, {@link #ABANDONED}.
     */
    public int dispatch(final long batchAddress, final int from, final int count) {
        return LuaNative.dispatch(handle(), batchAddress, from, count);
    }

    /** What the last {@link #FAILED} or {@link #ABANDONED} call said. */
    public String lastError() {
        final byte[] answer = LuaNative.lastError(handle());
        return new String(answer, 1, answer.length - 1, UTF_8);
    }

    /** Bytes that Lua objects take now. */
    public long memoryUsedBytes() {
        return LuaNative.memoryUsed(handle());
    }

    /** Most bytes that Lua objects may take. */
    public long memoryLimitBytes() {
        return memoryLimitBytes;
    }

    /**
     * Names the place that tells which hook runs: three {@code uint32_t}, the serial number of the running hook (Lua
     * writes it), that of the last hook interrupted (this library writes it), and how many KiB beyond the limit may be
     * taken just now (Lua writes it; 0 as a rule). Call it before the first interrupt.
     */
    public void watch(final long address) {
        LuaNative.watch(handle(), address);
    }

    /** Processor time of the thread that is inside, in nanoseconds; -1 where none is. Any thread. */
    public long cpuTimeNs() {
        return LuaNative.cpuTime(handle());
    }

    /**
     * Stops the hook with this serial number, if it still runs: by a Lua error at each of its instructions, or, where
     * it stands in compiled code or in one long C function, by leaving the machine. Any thread; repeat it until the
     * hook is gone.
     *
     * @return whether somebody was inside.
     */
    public boolean interrupt(final int serial) {
        return LuaNative.interrupt(handle(), serial);
    }

    /** Frees the machine. */
    @Override
    public void close() {
        if (handle != 0) {
            LuaNative.close(handle);
            handle = 0;
            OPEN.decrementAndGet();
        }
    }

    private long handle() {
        if (handle == 0) {
            throw new IllegalStateException("the Lua machine is closed");
        }
        return handle;
    }

    private static byte[] zeroTerminated(final String text) {
        return (text + '\0').getBytes(UTF_8);
    }

    private static byte[] result(final byte[] answer) {
        switch (answer[0]) {
            case 'R' -> {
                final byte[] text = new byte[answer.length - 1];
                System.arraycopy(answer, 1, text, 0, text.length);
                return text;
            }
            case 'N' -> {
                return null;
            }
            default -> throw new LuaException(
                new String(answer, 1, answer.length - 1, ISO_8859_1), answer[0] == 'A');
        }
    }
}
