package io.millrace.launch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.engine.EngineLibraries;
import io.millrace.script.lua.Finding;
import io.millrace.script.lua.MachineSettings;
import io.millrace.script.lua.ScriptCheck;
import io.millrace.script.lua.ScriptDescription;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private ReachOptions reach;

    @Option(names = "--json", description = "Print one JSON object instead of lines.")
    private boolean json;

    @Override
    public Integer call() {
        ScriptOptions.requireReadable("PATH", paths);
        final ScriptCheck check =
            ScriptCheck.examine(paths, EngineLibraries.applicationNames(), MachineSettings.forCheck(reach.parsed()));
        final PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(toJson(check));
            out.flush();
            return check.sound() ? ExitCode.DONE : ExitCode.ERRORS_FOUND;
        }
        check.scripts().forEach(script -> out.println(line(script)));
        out.flush();
        final PrintWriter err = spec.commandLine().getErr();
        check.findings().forEach(finding -> err.println(ErrorLine.of(finding.toString())));
        if (check.scripts().isEmpty() && check.sound()) {
            err.println(ErrorLine.of("no scripts: "
                + paths.stream().map(Path::toString).collect(Collectors.joining(", "))
                + ": a folder's scripts end in .lua"));
        }
        err.flush();
        return check.sound() ? ExitCode.DONE : ExitCode.ERRORS_FOUND;
    }

    private static String toJson(final ScriptCheck check) {
        final StringWriter text = new StringWriter();
        try (JsonGenerator generator = new JsonFactory().createGenerator(text)) {
            generator.writeStartObject();
            generator.writeBooleanField("sound", check.sound());
            generator.writeArrayFieldStart("scripts");
            for (final ScriptDescription script : check.scripts()) {
                generator.writeStartObject();
                generator.writeStringField("path", script.path().toString());
                generator.writeStringField("key", script.key());
                generator.writeStringField("state", script.state().name().toLowerCase(Locale.ROOT));
                generator.writeStringField("reason", script.reason());
                generator.writeArrayFieldStart("hooks");
                for (final String hook : script.hooks()) {
                    generator.writeString(hook);
                }
                generator.writeEndArray();
                generator.writeEndObject();
            }
            generator.writeEndArray();
            generator.writeArrayFieldStart("findings");
            for (final Finding finding : check.findings()) {
                generator.writeStartObject();
                generator.writeStringField("path", finding.path().toString());
                generator.writeNumberField("line", finding.line());
                generator.writeStringField("severity", finding.severity().name().toLowerCase(Locale.ROOT));
                generator.writeStringField("message", finding.message());
                generator.writeEndObject();
            }
            generator.writeEndArray();
            generator.writeEndObject();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static String line(final ScriptDescription script) {
        return script.path() + ": " + switch (script.state()) {
            case FAILED -> "failed";
            case DISABLED -> "disabled (" + script.reason() + "), hooks " + String.join(", ", script.hooks());
            case ENABLED -> "ok, hooks " + String.join(", ", script.hooks());
        };
    }
}
