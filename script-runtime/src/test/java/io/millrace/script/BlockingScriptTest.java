package io.millrace.script;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.script.lua.EventBuilder.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.EventRing;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.geo.PlaceSource;
import io.millrace.script.geo.PlaceTable;
import io.millrace.script.intake.ScriptCounter;
import io.millrace.script.lua.EventBuilder;
import io.millrace.script.lua.Finding;
import io.millrace.script.lua.ScriptHarness;
import io.millrace.script.output.OutputRing;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The end of a run while a script waits for something outside: a pipe, which the test holds. */
@Timeout(120)
class BlockingScriptTest {
    private static final int FLOWS = 100;

    @TempDir
    private Path folder;

    private final Telemetry telemetry = new Telemetry();
    private final List<Finding> problems = Collections.synchronizedList(new ArrayList<>());
    private final OneToOneRingBuffer events = EventRing.allocate(1 << 18);
    private final OneToOneRingBuffer output = OutputRing.allocate(1 << 20);

    @Test
    void shouldSkipWhatIsDueAfterTheCallThatBlocks() throws Exception {
        final Path pipe = pipe();
        Files.writeString(folder.resolve("waits.lua"), """
            return { hooks = { flowEnd = function() io.open("%s"):read("*a") end } }
            """.formatted(pipe));
        Files.writeString(folder.resolve("counts.lua"), "return { hooks = { flowEnd = function() end } }");
        final EventBuilder end = event(FLOW_END, 1);
        for (int flow = 1; flow <= FLOWS; flow++) {
            final EventBuilder next = end.u64(FlowEventDescriptor.FLOW_ID, flow);
            assertThat(events.write(FLOW_END.code, next.buffer(), 0, next.length())).isTrue();
        }
        try (ScriptRuntime runtime = launch()) {
            // Opens once the script stands in its call, and lets it go on when it closes.
            try (FileOutputStream _ = new FileOutputStream(pipe.toFile())) {
                runtime.skipHooks();
            }
            runtime.awaitDrained();
        }
        assertThat(problems).isEmpty();
        assertThat(telemetry.total(ScriptCounter.HOOKS_DUE)).isEqualTo(2 * FLOWS);
        assertThat(telemetry.total(ScriptCounter.HOOKS_RUN)).isEqualTo(2);
        assertThat(telemetry.total(ScriptCounter.HOOKS_SKIPPED)).isEqualTo(2 * (FLOWS - 1));
        assertThat(telemetry.total(ScriptCounter.FLOW_RECORDS)).isEqualTo(FLOWS);
        assertThat(telemetry.total(ScriptCounter.SCRIPTS_SWITCHED_OFF)).isZero();
    }

    private ScriptRuntime launch() {
        final ScriptConfig defaults = ScriptConfig.defaults();
        return ScriptRuntime.launch(
            defaults.withScriptPaths(List.of(folder.resolve("counts.lua"), folder.resolve("waits.lua")))
                .withLimits(defaults.memoryBytes(), defaults.deadlineNs(), Set.of("io")),
            ScriptHarness.names(), List.of(new PlaceTable(PlaceSource.nowhere())), List.of(List.of(events)),
            List.of(output), telemetry, problems::add);
    }

    private Path pipe() throws IOException, InterruptedException {
        final Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        return pipe;
    }
}
