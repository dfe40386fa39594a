package io.millrace.script;

import io.millrace.engine.event.EventRing;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.geo.PlaceSource;
import io.millrace.script.geo.PlaceTable;
import io.millrace.script.lua.EventBuilder;
import io.millrace.script.lua.Finding;
import io.millrace.script.lua.ScriptHarness;
import io.millrace.script.output.OutputMessage;
import io.millrace.script.output.OutputRing;
import io.millrace.script.verdict.AlertDescriptor;
import io.millrace.script.verdict.VerdictDescriptor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/** The script side on threads of its own: events go in one by one, what comes out is kept as lines of text. */
final class RunningScripts implements AutoCloseable {
    private static final long LOOK_AGAIN_NS = 50_000;

    private final List<Finding> problems = Collections.synchronizedList(new ArrayList<>());
    private final List<String> messages = Collections.synchronizedList(new ArrayList<>());
    private final List<OneToOneRingBuffer> events;
    private final List<OneToOneRingBuffer> outputs;
    private final ScriptRuntime runtime;
    private final Thread drain;
    private volatile boolean ended;

    private RunningScripts(final ScriptConfig config, final int threads, final Telemetry telemetry) {
        events = IntStream.range(0, threads).mapToObj(i -> EventRing.allocate(1 << 18)).toList();
        outputs = IntStream.range(0, threads).mapToObj(i -> OutputRing.allocate(1 << 20)).toList();
        runtime = ScriptRuntime.launch(config, ScriptHarness.names(),
            Stream.generate(() -> new PlaceTable(PlaceSource.nowhere())).limit(threads).toList(),
            events.stream().map(List::of).toList(), outputs, telemetry, problems::add);
        drain = Thread.ofPlatform().start(this::drain);
    }

    static RunningScripts start(final ScriptConfig config, final int threads, final Telemetry telemetry) {
        return new RunningScripts(config, threads, telemetry);
    }

    ScriptRuntime runtime() {
        return runtime;
    }

    /** Waits for room in the ring of a script thread and puts the event there. */
    void offer(final int thread, final EventBuilder event) {
        while (!events.get(thread).write(
            event.buffer().getByte(FlowEventDescriptor.KIND), event.buffer(), 0, event.length())) {
            Thread.onSpinWait();
        }
    }

    /** What came out so far: {@code text ...}, {@code flow ID}, {@code alert of script N status BITS}. */
    List<String> messages() {
        return messages;
    }

    /** What was reported of scripts while they ran. */
    List<Finding> problems() {
        return problems;
    }

    int threads() {
        return events.size();
    }

    /** Ends it once all events are worked on. */
    @Override
    public void close() {
        try {
            runtime.awaitDrained();
        } finally {
            runtime.close();
            ended = true;
            join(drain);
        }
    }

    static void join(final Thread thread) {
        try {
            thread.join();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void drain() {
        boolean more = true;
        while (more) {
            more = !ended;
            for (final OneToOneRingBuffer output : outputs) {
                while (read(output) > 0) {
                    more = true;
                }
            }
            LockSupport.parkNanos(LOOK_AGAIN_NS);
        }
    }

    private int read(final OneToOneRingBuffer output) {
        return output.read((type, buffer, offset, length) -> messages.add(switch (type) {
            case OutputMessage.TEXT -> "text " + buffer.getStringWithoutLengthUtf8(offset, length);
            case OutputMessage.FLOW -> "flow " + buffer.getLong(offset + VerdictDescriptor.FLOW_ID);
            case OutputMessage.ALERT -> "alert of script " + buffer.getShort(offset + AlertDescriptor.SCRIPT)
                + " status " + buffer.getLong(offset + AlertDescriptor.STATUS_BITMAP);
            default -> "unknown " + type;
        }));
    }
}
