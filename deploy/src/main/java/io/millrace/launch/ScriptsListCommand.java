package io.millrace.launch;

import io.millrace.engine.EngineLibraries;
import io.millrace.script.ScriptConfig;
import io.millrace.script.lua.ScriptCheck;
import io.millrace.script.lua.ScriptDescription;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace scripts list}. */
@Command(
    name = "list",
    description = "Show what would run with these flags, from where, with which settings.",
    sortOptions = false,
    abbreviateSynopsis = true,
    optionListHeading = "%n")
final class ScriptsListCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ScriptOptions scripts;

    @Mixin
    private FlowOptions flows;

    @Option(names = "--json", description = "Print one JSON object instead.")
    private boolean json;

    @Override
    public Integer call() {
        final PrintWriter out = spec.commandLine().getOut();
        final PrintWriter err = spec.commandLine().getErr();
        final int threads = Objects.requireNonNullElse(scripts.askedThreads(), 1);
        final ScriptConfig config = scripts.config(
            flows, scripts.verdictCapacity(1, threads), true, Thread.ofPlatform().factory());
        if (config.scriptPaths().isEmpty() && !json) {
            err.println(ErrorLine.of("no scripts: none of the default folders exists ("
                + ScriptOptions.DEFAULT_FOLDERS + "): give --scripts DIR"));
            err.flush();
            return ExitCode.DONE;
        }
        final ScriptCheck check =
            ScriptCheck.check(config.scriptPaths(), EngineLibraries.applicationNames(), config.machineSettings());
        if (json) {
            out.println(ScriptListJson.of(check, config, threads));
            out.flush();
            return ExitCode.DONE;
        }
        check.scripts().forEach(script -> print(out, script));
        out.printf(Locale.ROOT, "%d %s, %d MiB and %d ms per hook each, host libraries open to scripts: %s%n",
            threads, threads == 1 ? "thread" : "threads", config.memoryBytes() >> 20, config.deadlineNs() / 1_000_000,
            config.allowedLibraries().isEmpty() ? "none" : String.join(", ", config.allowedLibraries()));
        out.flush();
        check.findings().forEach(finding -> err.println(ErrorLine.of(finding.toString())));
        err.flush();
        return ExitCode.DONE;
    }

    private static void print(final PrintWriter out, final ScriptDescription script) {
        out.println(script.key() + ": " + script.title());
        if (!script.description().isEmpty() && !script.description().equals(script.title())) {
            out.println("    " + script.description());
        }
        out.println("    file     " + script.path());
        out.println("    state    " + script.state().name().toLowerCase(Locale.ROOT)
            + (script.reason().isEmpty() ? "" : ": " + script.reason()));
        print(out, "hooks", script.hooks());
        print(out, "filters", script.filters());
        script.settings().forEach(setting -> out.printf("    %-8s %s = %s%s%s%n",
            setting == script.settings().getFirst() ? "settings" : "", setting.name(), setting.value(),
            setting.changed() ? " (by default " + setting.defaultValue() + ")" : "",
            setting.description().isEmpty() ? "" : ": " + setting.description()));
    }

    private static void print(final PrintWriter out, final String name, final List<String> values) {
        if (!values.isEmpty()) {
            out.printf("    %-8s %s%n", name, String.join(", ", values));
        }
    }
}
