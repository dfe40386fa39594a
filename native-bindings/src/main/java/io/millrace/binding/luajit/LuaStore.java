package io.millrace.binding.luajit;

import java.util.Locale;

/**
 * A bounded store of texts, hashes and sets outside the heap that all machines of the process share. Machines reach it
 * through the addresses of its functions; what these do and return stands in {@code shared_store.h}. Any thread, but
 * {@link #close()} only after the last machine that knows it is closed.
 */
public final class LuaStore implements AutoCloseable {
    /** Least room that a store may be given. */
    public static final long MIN_CAPACITY_BYTES = 1 << 16;

    private static final int ADDED = 1;

    private final long handle;
    private boolean closed;

    /** What machines may call, in the order in which {@code lua_store.c} names the addresses. */
    public enum Function {
        /** {@code store_get}. */
        GET,
        /** {@code store_take}. */
        TAKE,
        /** {@code store_put}. */
        PUT,
        /** {@code store_add}. */
        ADD,
        /** {@code store_remove}. */
        REMOVE,
        /** {@code store_list}. */
        LIST,
        /** {@code store_push}. */
        PUSH,
        /** {@code store_pop}. */
        POP,
        /** {@code store_length}. */
        LENGTH,
        /** {@code store_range}. */
        RANGE,
        /** {@code store_trim}. */
        TRIM;

        /** Its address in this process. */
        public long address() {
            LuaNative.load();
            return StoreNative.functions()[ordinal()];
        }

        /** {@code store_} and its name in lower case. */
        public String symbol() {
            return "store_" + name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * An empty store.
     *
     * @param capacityBytes most memory that names and values take, bookkeeping included.
     * @param seed          of the hash of names; where these come from the network, a number that nobody knows.
     */
    public LuaStore(final long capacityBytes, final long seed) {
        if (capacityBytes < MIN_CAPACITY_BYTES) {
            throw new IllegalArgumentException(
                "a store needs at least " + MIN_CAPACITY_BYTES + " bytes: capacityBytes=" + capacityBytes);
        }
        LuaNative.load();
        handle = StoreNative.create(capacityBytes, seed);
        if (handle == 0) {
            throw new IllegalStateException("no memory for a store: capacityBytes=" + capacityBytes);
        }
    }

    /** The {@code shared_store} for the functions. */
    public long address() {
        return handle;
    }

    /**
     * Sets a text that is not there yet.
     *
     * @param nowS        time in seconds.
     * @param timeToLiveS seconds until it is forgotten; 0 never.
     * @return false where there is one already, or no room.
     */
    public boolean add(final byte[] name, final byte[] value, final double nowS, final double timeToLiveS) {
        return StoreNative.put(open(), name, value, nowS, timeToLiveS, true) == ADDED;
    }

    /** Memory taken now; never more than the capacity. */
    public long usedBytes() {
        return StoreNative.usedBytes(open());
    }

    /** Writes that found no room, since the store was made. */
    public long refused() {
        return StoreNative.refused(open());
    }

    /** Texts, hashes and sets now, those that have expired and were not asked for since included. */
    public long names() {
        return StoreNative.names(open());
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            StoreNative.destroy(handle);
        }
    }

    private long open() {
        if (closed) {
            throw new IllegalStateException("the store is closed");
        }
        return handle;
    }
}
