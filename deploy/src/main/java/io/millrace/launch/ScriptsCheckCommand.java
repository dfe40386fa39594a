package io.millrace.launch;

import io.millrace.engine.FlowEngine;
import io.millrace.script.lua.MachineSettings;
import io.millrace.script.lua.ScriptCheck;
import io.millrace.script.lua.ScriptDescription;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace scripts check}. */
@Command(
    name = "check",
    description = "Load and lint scripts, list their hooks; exit code 1 where one has an error.",
    parameterListHeading = "%n",
    optionListHeading = "%n")
final class ScriptsCheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "Scripts, or folders that hold them.")
    private List<Path> paths;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this text.")
    private boolean help;

    @Override
    public Integer call() {
        final ScriptCheck check =
            ScriptCheck.check(paths, FlowEngine.applicationNames(), MachineSettings.forCheck());
        final PrintWriter out = spec.commandLine().getOut();
        check.scripts().forEach(script -> out.println(line(script)));
        out.flush();
        final PrintWriter err = spec.commandLine().getErr();
        check.findings().forEach(finding -> err.println(ErrorLine.of(finding.toString())));
        if (check.scripts().isEmpty() && check.sound()) {
            err.println(ErrorLine.of("no scripts: " + paths + ": a folder's scripts end in .lua"));
        }
        err.flush();
        return check.sound() ? ExitCode.DONE : ExitCode.ERRORS_FOUND;
    }

    private static String line(final ScriptDescription script) {
        return script.path() + ": " + switch (script.state()) {
            case FAILED -> "failed";
            case DISABLED -> "disabled (" + script.reason() + "), hooks " + String.join(", ", script.hooks());
            case ENABLED -> "ok, hooks " + String.join(", ", script.hooks());
        };
    }
}
