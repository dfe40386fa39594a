package io.millrace.script.lua;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.binding.luajit.LuaException;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.memory.RawMemory;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * What happens where a script brings its machine down: the call is counted, the script blamed and, where it has done so
 * too often, taken out of service, and another machine goes on at the same event. Owned by the script thread.
 */
final class MachineRecovery {
    private static final int MAX_REBUILDS_PER_EVENT = 4;
    private static final int PASS_STATUS = 1;

    private final MachineSettings settings;
    private final List<ScriptSource> sources;
    private final HostMemory memory;
    private final HostMachine machine;
    private final HookRecorder recorder;
    private final Consumer<Finding> problems;
    private int rebuilds;

    MachineRecovery(
        final MachineSettings settings,
        final List<ScriptSource> sources,
        final HostMemory memory,
        final HostMachine machine,
        final HookRecorder recorder,
        final Consumer<Finding> problems) {

        this.settings = settings;
        this.sources = sources;
        this.memory = memory;
        this.machine = machine;
        this.recorder = recorder;
        this.problems = problems;
    }

    /** A dispatch begins: no machine was lost in it yet. */
    void onDispatch() {
        rebuilds = 0;
    }

    /**
     * Another machine, after one was lost or given up; says who is to blame and counts the call, where that was not
     * done within.
     *
     * @param abandoned whether the machine was left at a hook's deadline.
     * @param from      first event of the dispatch.
     * @param count     event after its last.
     * @return the event to go on with.
     */
    int recover(final boolean abandoned, final int from, final int count) {
        final int event = Math.clamp(memory.control(ControlDescriptor.CURRENT_EVENT), from, count - 1);
        final int script = memory.control(ControlDescriptor.CURRENT_SCRIPT);
        final int serial = memory.control(ControlDescriptor.HOOK_SERIAL);
        final int replace = memory.control(ControlDescriptor.REPLACE);
        memory.control(ControlDescriptor.REPLACE, 0);
        if ((serial & 1) == 1) {
            final int hook = hookInHand(event);
            memory.count(script, hook, abandoned ? HookCountsDescriptor.TIMED_OUT : HookCountsDescriptor.FAILED);
            recorder.addLost(script, hook);
            blame(script, abandoned, event);
        } else if (replace == ControlDescriptor.REPLACE_UNTOLD) {
            // Counted, but there was no memory to say so.
            blame(script, false, event);
        } else if (replace == 0) {
            report(script, machine.lastError());
        }
        rebuild();
        if (++rebuilds > MAX_REBUILDS_PER_EVENT) {
            rebuilds = 0;
            return event + 1;
        }
        memory.control(ControlDescriptor.RESUMING, 1);
        memory.control(ControlDescriptor.RESUME_SCRIPT, script);
        return event;
    }

    /** Puts another machine in the place of this one. */
    void rebuild() {
        if (settings.run().profile() != null) {
            keepTraceAborts();
        }
        machine.replace();
    }

    /** Keeps what LuaJIT could not compile so far, before the machine that knows it goes. */
    void keepTraceAborts() {
        final byte[] records;
        try {
            records = machine.call("trace_aborts");
        } catch (final LuaException e) {
            // Left in the middle of something, or without memory: it can tell no more, and that harms nobody.
            return;
        }
        settings.run().profile().addTraceAborts(
            new String(records, UTF_8), sources.stream().map(ScriptSource::key).toList());
    }

    /** Tells the listener of an error in a script, with the line that {@code message} names. */
    void report(final int script, final String message) {
        final Path path = sources.get(script).path();
        final String prefix = path.getFileName() + ":";
        int line = 0;
        String text = message;
        if (message.startsWith(prefix)) {
            final int end = message.indexOf(':', prefix.length());
            final String digits = end < 0 ? "" : message.substring(prefix.length(), end);
            if (!digits.isEmpty() && digits.chars().allMatch(Character::isDigit)) {
                line = Integer.parseInt(digits);
                text = message.substring(end + 1).strip();
            }
        }
        problems.accept(new Finding(Finding.Severity.ERROR, path, line, text.replace('\n', ' ')));
    }

    private void blame(final int script, final boolean abandoned, final int event) {
        final int overruns = settings.supervision().maxOverruns();
        if (abandoned && (overruns == 0 || memory.counted(script, HookCountsDescriptor.TIMED_OUT) < overruns)) {
            report(script, machine.lastError());
            return;
        }
        memory.takeOut(script, abandoned ? ScriptStatsDescriptor.DEADLINE : ScriptStatsDescriptor.MEMORY);
        final String message = machine.lastError() + ": switched off: " + (abandoned
            ? "let it do less per call, or raise --script-deadline" : "keep less, or raise --script-memory");
        if (SwitchedOffAlert.emit(memory, settings.emissionCapacityBytes(), script, event, message)) {
            memory.addToTotal(ControlDescriptor.ALERTS_RAISED, 1);
        } else {
            memory.addToTotal(ControlDescriptor.EMISSIONS_LOST, 1);
        }
        report(script, message);
    }

    /** Place in {@link HookTimes#HOOKS} of the hook that ran when the machine was lost. */
    private int hookInHand(final int event) {
        if (memory.control(ControlDescriptor.CURRENT_PASS) == PASS_STATUS) {
            return HookTimes.HOOKS.indexOf("statusChanged");
        }
        final int kind = RawMemory.u8(
            RawMemory.i64(memory.batch() + (long) event * ScriptHost.BATCH_ENTRY_LENGTH) + FlowEventDescriptor.KIND);
        return HookTimes.HOOKS.indexOf(
            kind == FlowEventKind.PROTOCOL_DETECTED.code ? "protocolDetected"
                : kind == FlowEventKind.PERIODIC_UPDATE.code ? "periodicUpdate" : "flowEnd");
    }
}
