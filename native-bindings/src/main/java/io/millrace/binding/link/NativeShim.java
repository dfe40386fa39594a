package io.millrace.binding.link;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.Map;

/**
 * The opened shim: its functions, those of DPDK and nDPI behind it, and its table of sizes and offsets. Opened once per
 * process, at first use; any thread.
 */
public final class NativeShim {
    private static NativeShim instance;

    private final SymbolLookup symbols;
    private final Map<String, Long> layouts = new HashMap<>();

    private NativeShim() {
        symbols = NativeLinker.open(NativeLinker.SHIM);
        readLayouts();
    }

    /**
     * The shim of this process.
     *
     * @throws EnvironmentException where it or a library that it needs cannot be loaded.
     */
    public static synchronized NativeShim shim() {
        if (instance == null) {
            instance = new NativeShim();
        }
        return instance;
    }

    /** A function of the shim, DPDK or nDPI, for setting things up. */
    public NativeFunction function(final String name, final FunctionDescriptor descriptor) {
        return new NativeFunction(handle(name, descriptor));
    }

    /** A handle to a function of the shim, DPDK or nDPI, for the path of a packet. */
    public MethodHandle handle(final String name, final FunctionDescriptor descriptor, final Linker.Option... options) {
        return NativeLinker.handle(symbols, name, descriptor, options);
    }

    /**
     * A size, an offset or a constant as the C compiler has it.
     *
     * @param name {@code struct}, {@code struct.member} or the constant's name, as in {@code layout.c}.
     */
    public int layout(final String name) {
        final Long value = layouts.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no layout of this name in the shim: " + name);
        }
        return Math.toIntExact(value);
    }

    /** All entries of the table. */
    public Map<String, Long> layouts() {
        return Map.copyOf(layouts);
    }

    private void readLayouts() {
        final NativeFunction name = function("millrace_layout_name", FunctionDescriptor.of(ADDRESS, JAVA_INT));
        final NativeFunction value = function("millrace_layout_value", FunctionDescriptor.of(JAVA_LONG, JAVA_INT));
        final int count = function("millrace_layout_count", FunctionDescriptor.of(JAVA_INT)).callInt();
        for (int i = 0; i < count; i++) {
            layouts.put(name.callText(i), value.callLong(i));
        }
    }
}
