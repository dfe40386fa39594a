package io.millrace.script.lua;

import io.millrace.binding.luajit.LuaException;
import io.millrace.binding.luajit.LuaVm;
import io.millrace.engine.event.ApplicationNames;
import java.util.ArrayList;
import java.util.List;

/**
 * The virtual machine of one host, with library and scripts loaded; another takes its place when it is lost. What lies
 * in {@link HostMemory} stays. Owned by the host's thread.
 */
final class HostMachine implements AutoCloseable {
    private final MachineSettings settings;
    private final ApplicationNames names;
    private final List<ScriptSource> sources;
    private final long placesAddress;
    private final Watchdog watchdog;
    private final ScriptStores stores;
    private final HostMemory memory;
    private LuaVm vm;
    private long collectAtBytes;

    HostMachine(
        final MachineSettings settings,
        final ApplicationNames names,
        final List<ScriptSource> sources,
        final long placesAddress,
        final Watchdog watchdog,
        final ScriptStores stores,
        final HostMemory memory) {

        this.settings = settings;
        this.names = names;
        this.sources = sources;
        this.placesAddress = placesAddress;
        this.watchdog = watchdog;
        this.stores = stores;
        this.memory = memory;
    }

    /** Makes the machine and loads the scripts; a script that hangs meanwhile is left out. */
    ScriptLoader load() {
        while (true) {
            // Even: no user code runs. A machine that was lost may have left it odd.
            final int serial = memory.control(ControlDescriptor.HOOK_SERIAL);
            memory.control(ControlDescriptor.HOOK_SERIAL, serial + 1 & ~1);
            memory.control(ControlDescriptor.EXTRA_MEMORY, 0);
            vm = new LuaVm(settings.memoryLimitBytes());
            watchdog.add(vm, memory.control());
            start();
            final ScriptLoader loader = new ScriptLoader(vm, sources, settings.wishes(), memory);
            if (loader.load()) {
                return loader;
            }
            watchdog.remove(vm);
            vm.close();
        }
    }

    /** Puts another machine in its place; what the scripts were when they were first loaded stays as it was told. */
    void replace() {
        final int event = memory.control(ControlDescriptor.CURRENT_EVENT);
        watchdog.remove(vm);
        vm.close();
        load();
        memory.control(ControlDescriptor.CURRENT_EVENT, event);
    }

    /** Runs the hooks of events {@code from} to {@code count - 1}; result as {@link LuaVm#dispatch}. */
    int dispatch(final int from, final int count) {
        return vm.dispatch(memory.batch(), from, count);
    }

    /** Calls one of the library's entry points. */
    byte[] call(final String entry, final byte[]... arguments) {
        return vm.call(entry, arguments);
    }

    /** What brought the last dispatch down. */
    String lastError() {
        return vm.lastError();
    }

    /** Bytes that Lua objects take now. */
    long memoryUsedBytes() {
        return vm.memoryUsedBytes();
    }

    /**
     * Collects garbage where much is in use. Lua does so once there is as much of it as of what lives; before that,
     * much of the limit may be garbage, and scripts would fail that need not.
     */
    void relieve() {
        final long used = vm.memoryUsedBytes();
        if (used > collectAtBytes) {
            vm.call("collect");
            final long live = vm.memoryUsedBytes();
            collectAtBytes = live + (settings.memoryLimitBytes() - live) / 2;
        }
    }

    boolean isOpen() {
        return vm != null;
    }

    @Override
    public void close() {
        if (vm != null) {
            watchdog.remove(vm);
            vm.close();
            vm = null;
        }
    }

    private void start() {
        collectAtBytes = settings.memoryLimitBytes() / 2;
        final List<byte[]> arguments = new ArrayList<>();
        arguments.add(LibrarySettings.text(settings, names, memory, stores, placesAddress));
        arguments.addAll(LuaLibrary.modules());
        try {
            vm.start("@millrace/" + LuaLibrary.BOOT + ".lua", LuaLibrary.boot(), arguments.toArray(byte[][]::new));
        } catch (final LuaException e) {
            close();
            throw new IllegalStateException("the Lua library does not start: " + e.getMessage()
                + (e.getMessage().contains("not enough memory") ? ": raise --script-memory" : ""), e);
        }
    }
}
