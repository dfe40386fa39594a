package io.millrace.script;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.engine.event.FlowEventKind.PERIODIC_UPDATE;
import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.intake.ScriptCounter;
import io.millrace.script.lua.EventBuilder;
import io.millrace.script.lua.ScriptDescription;
import io.millrace.script.lua.Supervision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ReloadTest {
    @TempDir
    Path folder;

    private final Telemetry telemetry = new Telemetry();
    private UnaryOperator<ScriptConfig> lists = UnaryOperator.identity();
    private RunningScripts running;
    private List<String> messages;
    private ScriptRuntime runtime;

    @Test
    void shouldRunTheNewScriptsFromTheNextEventOn() throws IOException {
        script("greeter.lua", greeter("old"));
        run(1, () -> {
            offer(0, event(PROTOCOL_DETECTED, 1));
            runtime.awaitDrained();
            script("greeter.lua", greeter("new"));
            final ReloadResult result = runtime.reload();
            assertThat(result.swapped()).isTrue();
            assertThat(result.message()).isEqualTo("scripts reloaded: 1 of 1 run");
            offer(0, event(FLOW_END, 1));
        });
        assertThat(messages).containsExactly(
            "text old is set up", "text old hook", "text old is torn down", "text new is set up", "text new hook",
            "flow 1", "text new is torn down");
    }

    @Test
    void shouldKnowHostsByTheListsAsTheyAreNow() throws IOException {
        final Path blacklist = Files.writeString(folder.resolve("blacklist"), "9.9.9.9\n");
        script("tell.lua", "return { hooks = { protocolDetected = function() "
            + "io.write(tostring(flow.isBlacklisted()), ' ', tostring(flow.isLocalToRemote())) end } }");
        final Path local = Files.writeString(folder.resolve("local"), "192.168.0.0/16\n");
        lists = config -> config.withHosts(List.of(local.toString()), Optional.of(blacklist));
        run(1, () -> {
            offer(0, event(PROTOCOL_DETECTED, 1));
            runtime.awaitDrained();
            Files.writeString(blacklist, "8.8.8.8\n");
            Files.writeString(local, "10.0.0.0/8\n");
            assertThat(runtime.reload().swapped()).isTrue();
            offer(0, event(PROTOCOL_DETECTED, 1));
            offer(0, event(PROTOCOL_DETECTED, 2));
            runtime.awaitDrained();
            Files.writeString(blacklist, "nobody\n");
            assertThat(runtime.reload().message()).isEqualTo("scripts not reloaded, those that run go on: " + blacklist
                + ":1: 'nobody' is no address or network such as 10.0.0.0/8");
            offer(0, event(PROTOCOL_DETECTED, 3));
        });
        // A flow that is known keeps what was found for it.
        assertThat(messages).containsExactly(
            "text false true", "text false true", "text true false", "text true false");
    }

    @Test
    void shouldLoseNoEventAndSeeNoneTwiceWhileItReloads() throws IOException {
        final int flows = 40_000;
        final int threads = 2;
        script("count.lua", "return { hooks = { all = function() flow.setStatus(3) end } }");
        script("fails.lua", "return { hooks = { flowEnd = function() error('each time') end } }");
        script("each.lua", "return { hooks = { flowEnd = function() io.write('e', flow.getStatus()) end } }");
        final AtomicInteger swaps = new AtomicInteger();
        run(threads, () -> {
            final Thread feeding = Thread.ofPlatform().start(() -> {
                final EventBuilder detected = event(PROTOCOL_DETECTED, 1);
                final EventBuilder update = event(PERIODIC_UPDATE, 1);
                final EventBuilder end = event(FLOW_END, 1);
                for (int flow = 1; flow <= flows; flow++) {
                    for (final EventBuilder kind : List.of(detected, update, end)) {
                        offer(flow % threads, kind.u64(FlowEventDescriptor.FLOW_ID, flow));
                    }
                }
            });
            while (feeding.isAlive()) {
                swaps.addAndGet(runtime.reload().swapped() ? 1 : 0);
            }
        });
        assertThat(swaps.get()).isPositive();
        assertThat(telemetry.total(ScriptCounter.EVENTS_DELIVERED)).isEqualTo(3L * flows);
        assertThat(telemetry.total(ScriptCounter.FLOW_RECORDS)).isEqualTo(flows);
        // all: three events and one change of status per flow; each: one.
        assertThat(telemetry.total(ScriptCounter.HOOKS_RUN)).isEqualTo(5L * flows);
        assertThat(telemetry.total(ScriptCounter.HOOKS_FAILED)).isEqualTo(flows);
        assertThat(telemetry.total(ScriptCounter.HOOKS_DUE)).isEqualTo(
            telemetry.total(ScriptCounter.HOOKS_RUN) + telemetry.total(ScriptCounter.HOOKS_FAILED)
                + telemetry.total(ScriptCounter.HOOKS_TIMED_OUT) + telemetry.total(ScriptCounter.HOOKS_SKIPPED));
        final List<String> records = messages.stream().filter(message -> message.startsWith("flow ")).toList();
        assertThat(records).hasSize(flows).doesNotHaveDuplicates();
        assertThat(messages.stream().filter("text e8"::equals)).hasSize(flows);
        assertThat(telemetry.total(ScriptCounter.VERDICTS_LIVE)).isZero();
    }

    @Test
    void shouldKeepTheRunningVersionWhereAnEditIsBroken() throws IOException {
        script("greeter.lua", greeter("old"));
        script("other.lua", greeter("other"));
        run(1, () -> {
            script("greeter.lua", "return { hooks = {\n flowEnd = function( end } }");
            script("other.lua", greeter("edited"));
            final ReloadResult result = runtime.reload();
            assertThat(result.swapped()).isFalse();
            assertThat(result.message()).startsWith("scripts not reloaded, those that run go on: "
                + folder.resolve("greeter.lua") + ":2: error: does not compile: ").doesNotContain("\n");
            offer(0, event(FLOW_END, 1));
        });
        assertThat(messages).containsExactly(
            "text old is set up", "text other is set up", "text old hook", "text other hook", "flow 1",
            "text old is torn down", "text other is torn down");
    }

    @Test
    void shouldReloadTheOthersWhereAFileWasBrokenBefore() throws IOException {
        script("broken.lua", "return 7");
        script("greeter.lua", greeter("old"));
        run(1, () -> {
            script("greeter.lua", greeter("new"));
            assertThat(runtime.reload().swapped()).isTrue();
            script("broken.lua", "return 8");
            assertThat(runtime.reload().swapped()).isFalse();
            script("broken.lua", greeter("mended"));
            assertThat(runtime.reload().swapped()).isTrue();
            assertThat(runtime.scripts()).extracting(ScriptDescription::state)
                .containsOnly(ScriptDescription.State.ENABLED);
        });
    }

    @Test
    void shouldKeepVerdictsAndNumbersOfScripts() throws IOException {
        final String alerting = "return { hooks = { protocolDetected = function() flow.setStatus(7) end, "
            + "flowEnd = function() flow.triggerStatus(13, 'x') end } }";
        script("m.lua", alerting);
        run(1, () -> {
            offer(0, event(PROTOCOL_DETECTED, 1));
            runtime.awaitDrained();
            script("a.lua", greeter("first"));
            assertThat(runtime.reload().swapped()).isTrue();
            offer(0, event(FLOW_END, 1));
            runtime.awaitDrained();
            assertThat(runtime.verdictNames().script(0)).isEqualTo("m");
            assertThat(runtime.verdictNames().script(1)).isEqualTo("a");
        });
        assertThat(messages).contains("alert of script 0 status " + (1 << 13 | 1 << 7), "flow 1");
    }

    @Test
    void shouldRaiseNoAlertWhileScriptsAreSetUpOrTornDown() throws IOException {
        final String raises = "flow.triggerStatus(13, 'x') return true";
        script("early.lua", "return { setup = function() " + raises + " end, teardown = function() " + raises
            + " end, hooks = { flowEnd = function() end } }");
        run(1, () -> assertThat(runtime.reload().swapped()).isTrue());
        assertThat(messages).isEmpty();
    }

    @Test
    void shouldShareTheStoreBetweenThreadsAndKeepItThroughAReload() throws IOException {
        final String counts = "local mine = 0 return { hooks = { flowEnd = function() mine = mine + 1 "
            + "ntop.incrCache('flows') end }, teardown = function() io.write(mine, ' of ', ntop.getCache('flows')) "
            + "end }";
        script("counts.lua", counts);
        run(2, () -> {
            for (int flow = 1; flow <= 2000; flow++) {
                offer(flow % 2, event(FLOW_END, flow));
            }
            runtime.awaitDrained();
            assertThat(runtime.reload().swapped()).isTrue();
            for (int flow = 2001; flow <= 2006; flow++) {
                offer(flow % 2, event(FLOW_END, flow));
            }
        });
        assertThat(messages.stream().filter(message -> message.startsWith("text "))).containsExactlyInAnyOrder(
            "text 1000 of 2000", "text 1000 of 2000", "text 3 of 2006", "text 3 of 2006");
    }

    @Test
    void shouldReloadWhenAWatchedFileChanges() throws IOException {
        final BlockingQueue<ReloadResult> results = new LinkedBlockingQueue<>();
        script("greeter.lua", greeter("old"));
        run(1, () -> {
            runtime.watch(() -> results.add(runtime.reload()));
            script("greeter.lua", greeter("new"));
            assertThat(next(results).swapped()).isTrue();
            script("greeter.lua", "return {");
            assertThat(next(results).swapped()).isFalse();
            Files.createDirectories(folder.resolve("alerts"));
            assertThat(next(results).swapped()).isFalse();
            script("greeter.lua", greeter("newest"));
            script("notes.txt", "no script");
            assertThat(next(results).swapped()).isTrue();
            script("alerts/more.lua", greeter("more"));
            assertThat(next(results).scripts()).hasSize(2);
            offer(0, event(FLOW_END, 1));
        });
        assertThat(results).isEmpty();
        assertThat(messages).containsSubsequence("text newest hook", "text more hook", "flow 1");
    }

    private static ReloadResult next(final BlockingQueue<ReloadResult> results) {
        try {
            return results.take();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Steps {
        void run() throws IOException;
    }

    private void run(final int threads, final Steps steps) throws IOException {
        try (RunningScripts scripts = RunningScripts.start(
            lists.apply(ScriptConfig.defaults().withSupervision(new Supervision(0, 1))
                .withScriptPaths(List.of(folder))), threads, telemetry)) {

            running = scripts;
            runtime = scripts.runtime();
            messages = scripts.messages();
            steps.run();
        }
    }

    private void offer(final int thread, final EventBuilder event) {
        running.offer(thread, event);
    }

    private void script(final String name, final String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private static String greeter(final String name) {
        return """
            local function say(what) io.write("%s ", what) end
            return { setup = function() say("is set up") return true end,
                teardown = function() say("is torn down") end,
                hooks = { protocolDetected = function() say("hook") end, flowEnd = function() say("hook") end } }
            """.formatted(name);
    }
}
