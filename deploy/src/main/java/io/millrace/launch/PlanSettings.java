package io.millrace.launch;

import io.millrace.launch.plan.Origin;
import io.millrace.launch.plan.PlanBuilder;
import io.millrace.launch.plan.PlanEntry.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Adds to a plan what is taken as it was given: scripts, output, and all other flags of a command. */
final class PlanSettings {
    private static final List<String> OF_OUTPUT =
        List.of("--eve", "--summary-json", "--quiet", "--stats-interval", "--run-dir");
    private static final List<String> OF_THE_PLAN = List.of("--dry-run", "--json");
    private static final List<String> UNSAID = List.of("", "null", "[]");
    private static final String SCRIPT_SUFFIX = ".lua";

    private final CommandSpec command;
    private final PlanBuilder plan;

    /** Settings of {@code command}, which was parsed. */
    PlanSettings(final CommandSpec command, final PlanBuilder plan) {
        this.command = command;
        this.plan = plan;
    }

    /** Adds them. */
    void add(final PlannedRun.Flags flags) {
        final Origin scripts = plan.origin("--scripts");
        final List<Path> paths = flags.scripts().paths();
        for (final Path path : paths) {
            plan.words(Section.SCRIPTS, "scripts", path + ", " + scriptFiles(path),
                scripts.isGiven() ? scripts : Origin.derived("a usual folder that is there"));
        }
        if (paths.isEmpty()) {
            plan.words(Section.SCRIPTS, "scripts", "none", Origin.derived("none of the usual folders is there"));
        }
        for (final OptionSpec option : command.options()) {
            final String flag = option.longestName();
            if (!option.usageHelp() && !OF_THE_PLAN.contains(flag) && !plan.explains(flag)) {
                plan.words(section(flag), flag, value(option), plan.origin(flag));
            }
        }
    }

    private static Section section(final String flag) {
        return OF_OUTPUT.contains(flag) ? Section.OUTPUT
            : flag.contains("script") || flag.equals("--event-ring") ? Section.SCRIPTS
            : Section.SETTINGS;
    }

    /** As it was written where it was, otherwise as the help text has the default. */
    private static String value(final OptionSpec option) {
        if (!option.originalStringValues().isEmpty()) {
            return String.join(",", option.originalStringValues());
        }
        return Optional.ofNullable(option.defaultValueString()).filter(text -> !UNSAID.contains(text))
            .orElseGet(() -> usual(option));
    }

    private static String usual(final OptionSpec option) {
        final String text = String.join("", option.description());
        final int start = text.indexOf("(default: ");
        return start < 0 ? "none" : text.substring(start + "(default: ".length(), text.lastIndexOf(')'));
    }

    private static String scriptFiles(final Path path) {
        if (!Files.isDirectory(path)) {
            return "one file";
        }
        try (Stream<Path> files = Files.list(path)) {
            final long scripts = files.filter(file -> file.toString().endsWith(SCRIPT_SUFFIX)).count();
            return scripts + (scripts == 1 ? " file" : " files");
        } catch (final IOException e) {
            return "cannot be listed";
        }
    }
}
