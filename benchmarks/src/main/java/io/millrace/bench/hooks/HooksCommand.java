package io.millrace.bench.hooks;

import io.millrace.bench.process.JavaProcess;
import io.millrace.bench.process.MeasuredRun;
import io.millrace.bench.report.Checks;
import io.millrace.bench.report.CountConverter;
import io.millrace.bench.report.Machine;
import io.millrace.bench.report.Report;
import io.millrace.bench.report.ReportFile;
import io.millrace.bench.scripts.ScriptSide;
import io.millrace.script.ScriptRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code benchmarks/run hooks}: one script thread, events prepared in its ring, hooks compiled and interpreted. */
@Command(name = "hooks", mixinStandardHelpOptions = true,
    description = "Hook calls a second on one script thread, with LuaJIT's compiler on and off.")
public final class HooksCommand implements Callable<Integer> {
    @Option(names = "--flows", defaultValue = "1M", converter = CountConverter.class, paramLabel = "N",
        description = "Distinct flows, one event each per round (default: ${DEFAULT-VALUE}).")
    private int flows;

    @Option(names = "--rounds", defaultValue = "5", paramLabel = "N",
        description = "Rounds over all flows that are measured (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--warm-up", defaultValue = "1", paramLabel = "SECONDS",
        description = "How long the rounds before them last, of which the first has a column of its own: the JVM has "
            + "compiled what the script thread runs after some million events (default: ${DEFAULT-VALUE}).")
    private double warmUpSeconds;

    @Option(names = "--script", paramLabel = "FILE", split = ",",
        description = "Scripts of your own instead of the four, each measured alone; they must hook protocolDetected.")
    private List<Path> own;

    @Mixin
    private ReportFile file;

    @Override
    public Integer call() throws IOException {
        final Report report = file.begin();
        report.fact("luajit", ScriptRuntime.luajitVersion());
        final Checks checks = new Checks();
        for (final Map.Entry<String, String> script : scripts().entrySet()) {
            for (final boolean compiled : new boolean[] {true, false}) {
                report.row(run(script.getKey(), script.getValue(), compiled, checks));
            }
        }
        file.publish(report, checks);
        return 0;
    }

    private Map<String, String> scripts() {
        final Map<String, String> scripts = new LinkedHashMap<>();
        if (own != null) {
            own.forEach(path -> scripts.put(path.getFileName().toString(), path.toAbsolutePath().toString()));
            return scripts;
        }
        scripts.put("no script", "none");
        scripts.put("empty hook", ScriptSide.script("hooks/empty").toString());
        scripts.put("suspicious countries", ScriptSide.sample().toString());
        scripts.put("twenty getters", ScriptSide.script("hooks/twenty_getters").toString());
        scripts.put("getFullInfo", ScriptSide.script("hooks/full_info").toString());
        return scripts;
    }

    private Map<String, Object> run(
        final String name, final String script, final boolean compiled, final Checks checks) throws IOException {

        final List<String> command = new ArrayList<>();
        if (!compiled) {
            command.addAll(List.of("env", "LD_PRELOAD=" + Machine.target().resolve("native/libluajit-interpreter.so")));
        }
        command.addAll(JavaProcess.bench(JavaProcess.environmentOptions(), "hooks-probe", script,
            Integer.toString(flows), Double.toString(warmUpSeconds), Integer.toString(rounds)));
        final MeasuredRun run = MeasuredRun.successful(command);
        final Map<String, Long> numbers = run.numbers("hooks");
        final double events = numbers.get("events");
        checks.equal(name + ": events measured", (long) Math.max(64, flows / 64 * 64) * rounds, (long) events);
        final double ns = numbers.get("nanos") / events;
        final Map<String, Object> row = new LinkedHashMap<>();
        row.put("script", name);
        row.put("LuaJIT", compiled ? "compiler on" : "compiler off");
        row.put("M events/s", 1000 / ns);
        row.put("ns per event", ns);
        row.put("CPU ns per event", numbers.get("cpu") / events);
        row.put("first round ns", numbers.get("first_ps") / 1000.0);
        row.put("median round ns", numbers.get("median_ps") / 1000.0);
        row.put("best round ns", numbers.get("best_ps") / 1000.0);
        row.put("heap B/event", numbers.get("allocated") / events);
        return row;
    }
}
