package io.millrace.script;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.script.lua.EventBuilder.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.binding.luajit.LuaVm;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.intake.ScriptCounter;
import io.millrace.script.lua.EventBuilder;
import io.millrace.script.lua.ScriptDescription;
import io.millrace.script.lua.Supervision;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Scripts that mean harm while they are exchanged: each event is seen once, and no machine is left behind. */
@Timeout(120)
class HostileReloadTest {
    private static final int FLOWS = 300;
    private static final int THREADS = 2;
    private static final String BACKTRACK = "(('a'):rep(60) .. 'b'):find(('a?'):rep(60) .. ('a'):rep(60) .. 'c')";
    private static final String HOARD =
        "kept = {} pcall(function() while true do kept[#kept + 1] = ('x'):rep(1000) .. #kept end end)";
    private static final String REFUSED = "scripts not reloaded, those that run go on: ";

    @TempDir
    private Path folder;

    private final Telemetry telemetry = new Telemetry();
    private final EventBuilder end = event(FLOW_END, 1);
    private int flows;
    private int machinesBefore;

    @BeforeEach
    void countMachines() {
        machinesBefore = LuaVm.open();
    }

    @AfterEach
    void shouldLeaveNoMachineAndAddUp() {
        assertThat(LuaVm.open()).isEqualTo(machinesBefore);
        assertThat(telemetry.total(ScriptCounter.EVENTS_DELIVERED)).isEqualTo(flows)
            .isEqualTo(telemetry.total(ScriptCounter.FLOW_RECORDS));
        assertThat(telemetry.total(ScriptCounter.HOOKS_DUE)).isEqualTo(
            telemetry.total(ScriptCounter.HOOKS_RUN) + telemetry.total(ScriptCounter.HOOKS_FAILED)
                + telemetry.total(ScriptCounter.HOOKS_TIMED_OUT) + telemetry.total(ScriptCounter.HOOKS_SKIPPED));
        assertThat(telemetry.total(ScriptCounter.RECORDS_REFUSED)).isZero();
        assertThat(telemetry.total(ScriptCounter.VERDICTS_LIVE)).isZero();
    }

    static Stream<Arguments> harmfulEdits() {
        return Stream.of(
            Arguments.of("spins while it loads", "while true do end"),
            Arguments.of("swallows the deadline while it loads",
                "while true do pcall(function() while true do end end) end"),
            Arguments.of("hangs in one long function while it loads", BACKTRACK),
            Arguments.of("spins in setup", withSetup("while true do end")),
            Arguments.of("hangs in one long function in setup", withSetup(BACKTRACK)),
            Arguments.of("allocates without end in setup",
                withSetup("local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end")),
            Arguments.of("keeps all memory that there is in setup", withSetup(HOARD)),
            Arguments.of("keeps all memory that there is while it loads",
                HOARD + " return { hooks = { flowEnd = function() end }, kept = kept }"),
            Arguments.of("recurses in setup", withSetup("local function f() return 1 + f() end return f()")),
            Arguments.of("fails in setup", withSetup("error('not today')")),
            Arguments.of("throws an object in setup", withSetup("error({})")),
            Arguments.of("fails while it loads", "error('not today')"),
            Arguments.of("returns nothing", "local x = 1"),
            Arguments.of("does not compile", "return { hooks = {"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("harmfulEdits")
    void shouldRunTheVersionBeforeABrokenEditUntilAGoodOneComes(final String what, final String broken)
        throws IOException {

        script("edited.lua", teller("old"));
        script("neighbour.lua", teller("neighbour"));
        final RunningScripts running = start();
        try (running) {
            offer(running, FLOWS);
            script("edited.lua", broken);
            final ReloadResult refused = running.runtime().reload();
            assertThat(refused.swapped()).isFalse();
            assertThat(refused.message()).startsWith(REFUSED + folder.resolve("edited.lua")).doesNotContain("\n");
            offer(running, FLOWS);
            running.runtime().awaitDrained();
            assertThat(running.runtime().scripts()).extracting(ScriptDescription::state)
                .containsOnly(ScriptDescription.State.ENABLED);
            script("edited.lua", teller("new"));
            assertThat(running.runtime().reload().swapped()).isTrue();
            offer(running, FLOWS);
        }
        assertThat(told(running, "old")).isEqualTo(2 * FLOWS);
        assertThat(told(running, "new")).isEqualTo(FLOWS);
        assertThat(told(running, "neighbour")).isEqualTo(3 * FLOWS);
        assertEachFlowRecordedOnce(running);
        assertThat(telemetry.total(ScriptCounter.HOOKS_RUN)).isEqualTo(6 * FLOWS);
    }

    static Stream<Arguments> harmfulEnds() {
        return Stream.of(
            Arguments.of("spins", "while true do end"),
            Arguments.of("swallows the deadline", "while true do pcall(function() while true do end end) end"),
            Arguments.of("hangs in one long function", BACKTRACK),
            Arguments.of("allocates without end", "local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end"),
            Arguments.of("recurses", "local function f() return 1 + f() end return f()"),
            Arguments.of("fails", "error('not today')"),
            Arguments.of("throws an object", "error({})"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("harmfulEnds")
    void shouldExchangeAScriptWhoseTeardownHarms(final String what, final String body) throws IOException {
        script("ends.lua", withTeardown(body));
        script("neighbour.lua", teller("neighbour"));
        final RunningScripts running = start();
        try (running) {
            offer(running, FLOWS);
            script("ends.lua", teller("new"));
            assertThat(running.runtime().reload().swapped()).isTrue();
            offer(running, FLOWS);
        }
        assertThat(told(running, "new")).isBetween(FLOWS, 2 * FLOWS);
        assertThat(told(running, "neighbour")).isEqualTo(2 * FLOWS);
        assertThat(running.messages()).filteredOn("text neighbour ends"::equals).hasSize(2 * THREADS);
        assertThat(running.problems()).hasSize(THREADS)
            .allMatch(problem -> problem.path().equals(folder.resolve("ends.lua")));
        assertEachFlowRecordedOnce(running);
        assertThat(telemetry.total(ScriptCounter.HOOKS_RUN)).isEqualTo(4 * FLOWS);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("harmfulEnds")
    void shouldThrowAwayASetWhoseTeardownHarms(final String what, final String body) throws IOException {
        script("runs.lua", teller("old"));
        final RunningScripts running = start();
        try (running) {
            script("ends.lua", withTeardown(body));
            script("broken.lua", "return {");
            assertThat(running.runtime().reload().message()).startsWith(REFUSED + folder.resolve("broken.lua"));
            offer(running, FLOWS);
        }
        assertThat(told(running, "old")).isEqualTo(FLOWS);
        assertEachFlowRecordedOnce(running);
    }

    @Test
    void shouldExchangeAScriptWhileItsHookNeverEnds() throws Exception {
        final Path pipe = pipe("inside");
        script("endless.lua", """
            return { hooks = { flowEnd = function() io.open("%s"):read("*a") while true do end end } }
            """.formatted(pipe));
        script("neighbour.lua", teller("neighbour"));
        final RunningScripts running = start(config().withLimits(32L << 20, 500_000_000, Set.of("io")), 1);
        try (running) {
            offer(running, FLOWS);
            script("endless.lua", teller("new"));
            final FutureTask<ReloadResult> reload = new FutureTask<>(running.runtime()::reload);
            // Opens once the hook stands in its call; it begins to spin when the pipe is closed.
            try (FileOutputStream _ = new FileOutputStream(pipe.toFile())) {
                Thread.ofPlatform().start(reload);
            }
            assertThat(reload.get().swapped()).isTrue();
            offer(running, FLOWS);
        }
        assertThat(told(running, "neighbour")).isEqualTo(2 * FLOWS);
        assertThat(told(running, "new") + telemetry.total(ScriptCounter.HOOKS_SKIPPED)).isEqualTo(2 * FLOWS - 1);
        assertEachFlowRecordedOnce(running);
        assertThat(telemetry.total(ScriptCounter.HOOKS_TIMED_OUT)).isEqualTo(1);
        assertThat(telemetry.total(ScriptCounter.SCRIPTS_SWITCHED_OFF)).isEqualTo(1);
    }

    @Test
    void shouldForgetAScriptThatIsRemovedWhileItIsSwitchedOff() throws IOException {
        final int forgiven = 3;
        script("fails.lua", "return { hooks = { flowEnd = function() error('each time') end } }");
        script("neighbour.lua", teller("neighbour"));
        final RunningScripts running = start(config().withSupervision(new Supervision(forgiven, 1)), 1);
        try (running) {
            offer(running, FLOWS);
            running.runtime().awaitDrained();
            Files.delete(folder.resolve("fails.lua"));
            assertThat(running.runtime().reload().message()).isEqualTo("scripts reloaded: 1 of 1 run");
            offer(running, FLOWS);
            running.runtime().awaitDrained();
            assertThat(telemetry.total(ScriptCounter.HOOKS_DUE)).isEqualTo(3 * FLOWS);
            script("fails.lua", "return { hooks = { flowEnd = function() error('another chance') end } }");
            assertThat(running.runtime().reload().message()).isEqualTo("scripts reloaded: 2 of 2 run");
            offer(running, FLOWS);
        }
        assertThat(told(running, "neighbour")).isEqualTo(3 * FLOWS);
        assertEachFlowRecordedOnce(running);
        assertThat(telemetry.total(ScriptCounter.SCRIPTS_SWITCHED_OFF)).isEqualTo(2);
        assertThat(telemetry.total(ScriptCounter.HOOKS_FAILED)).isEqualTo(2 * forgiven);
        assertThat(telemetry.total(ScriptCounter.HOOKS_SKIPPED)).isEqualTo(2 * (FLOWS - forgiven));
        assertThat(telemetry.total(ScriptCounter.HOOKS_RUN)).isEqualTo(3 * FLOWS);
    }

    @Test
    void shouldOutliveAStormOfReloads() throws Exception {
        final int callers = 3;
        final int times = 8;
        script("edited.lua", teller("good"));
        script("neighbour.lua", teller("neighbour"));
        final RunningScripts running = start();
        try (running) {
            final List<FutureTask<Integer>> storm = new ArrayList<>();
            for (int caller = 0; caller < callers; caller++) {
                final FutureTask<Integer> calls = new FutureTask<>(() -> {
                    int swaps = 0;
                    for (int i = 0; i < times; i++) {
                        script("edited.lua", i % 2 == 0 ? withSetup("error('not today')") : teller("good"));
                        swaps += running.runtime().reload().swapped() ? 1 : 0;
                    }
                    return swaps;
                });
                storm.add(calls);
                Thread.ofPlatform().start(calls);
            }
            while (!storm.stream().allMatch(FutureTask::isDone)) {
                offer(running, 1);
            }
            int swaps = 0;
            for (final FutureTask<Integer> calls : storm) {
                swaps += calls.get();
            }
            assertThat(swaps).isPositive();
        }
        assertThat(told(running, "neighbour")).isEqualTo(flows);
        assertThat(told(running, "good")).isEqualTo(flows);
        assertEachFlowRecordedOnce(running);
        assertThat(telemetry.total(ScriptCounter.HOOKS_RUN)).isEqualTo(2L * flows);
    }

    @Test
    void shouldGiveUpAReloadOnAllThreadsWhereTheRunEnds() throws Exception {
        final List<Path> pipes = List.of(pipe("thread0"), pipe("thread1"));
        script("waits.lua", """
            return { hooks = { flowEnd = function() io.open("%s/thread" .. flow.srv_port()):read("*a") end } }
            """.formatted(folder));
        final RunningScripts running = start(config().withLimits(32L << 20, 500_000_000, Set.of("io")), THREADS);
        for (int thread = 0; thread < THREADS; thread++) {
            running.offer(thread, event(FLOW_END, ++flows).u16(FlowEventDescriptor.SRV_PORT, thread));
        }
        final FutureTask<ReloadResult> reload = new FutureTask<>(running.runtime()::reload);
        final Thread closing;
        try (FileOutputStream _ = new FileOutputStream(pipes.get(0).toFile());
            FileOutputStream _ = new FileOutputStream(pipes.get(1).toFile())) {

            final Path loads = pipe("loads");
            script("waits.lua", """
                if ntop.getCache("machines") == "one" then io.open("%s"):read("*a") end
                ntop.setCache("machines", "one")
                return { hooks = { flowEnd = function() end } }
                """.formatted(loads));
            Thread.ofPlatform().start(reload);
            // Opened by the last machine of the new set: the reload is under way.
            new FileOutputStream(loads.toFile()).close();
            closing = Thread.ofPlatform().start(running.runtime()::close);
            assertThat(reload.get().swapped()).isFalse();
        }
        closing.join();
        running.close();
    }

    private static String withSetup(final String body) {
        return "return { hooks = { flowEnd = function() end }, setup = function() " + body + " return true end }";
    }

    private static String withTeardown(final String body) {
        return "return { hooks = { flowEnd = function() end }, teardown = function() " + body + " end }";
    }

    private static String teller(final String name) {
        return ("return { hooks = { flowEnd = function() io.write('%1$s') end }, "
            + "teardown = function() io.write('%1$s ends') end }").formatted(name);
    }

    private ScriptConfig config() {
        return ScriptConfig.defaults().withScriptPaths(List.of(folder)).withLimits(16L << 20, 30_000_000, Set.of());
    }

    private RunningScripts start() {
        return start(config(), THREADS);
    }

    private RunningScripts start(final ScriptConfig config, final int threads) {
        return RunningScripts.start(config, threads, telemetry);
    }

    private void offer(final RunningScripts running, final int count) {
        for (int i = 0; i < count; i++) {
            flows++;
            running.offer(flows % running.threads(), end.u64(FlowEventDescriptor.FLOW_ID, flows));
        }
    }

    private static int told(final RunningScripts running, final String name) {
        return (int) running.messages().stream().filter(("text " + name)::equals).count();
    }

    private void assertEachFlowRecordedOnce(final RunningScripts running) {
        assertThat(running.messages().stream().filter(message -> message.startsWith("flow ")))
            .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, flows).mapToObj(i -> "flow " + i).toList());
    }

    private void script(final String name, final String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private Path pipe(final String name) throws IOException, InterruptedException {
        final Path pipe = folder.resolve(name);
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        return pipe;
    }
}
