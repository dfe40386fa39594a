package io.millrace.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The manual page of one command, in roff with the macros of {@code man(7)}, from what {@code --help} is made of. */
final class ManualPage {
    private static final Pattern ESCAPED = Pattern.compile("[\\\\-]");

    private final CommandSpec command;
    private final String version;
    private final String date;
    private final StringBuilder text = new StringBuilder();

    /**
     * A page.
     *
     * @param version of Millrace.
     * @param date    of the page, as in 2026-01-31.
     */
    ManualPage(final CommandSpec command, final String version, final String date) {
        this.command = command;
        this.version = version;
        this.date = date;
    }

    /** Name of the page, for example {@code millrace-capture}. */
    String name() {
        return name(command);
    }

    /** The page. */
    String render() {
        text.setLength(0);
        macro(".TH",
            quoted(name().toUpperCase(java.util.Locale.ROOT)), "1", '"' + date + '"', quoted("Millrace " + version));
        section("NAME");
        final List<String> description = sentences(command.usageMessage().description());
        text.append(escaped(name())).append(" \\- ").append(escaped(headline(description))).append('\n');
        section("SYNOPSIS");
        synopsis();
        section("DESCRIPTION");
        paragraphs(description);
        commands();
        arguments();
        options();
        final List<String> footer = sentences(command.usageMessage().footer());
        if (!footer.isEmpty()) {
            section("NOTES");
            paragraphs(footer);
        }
        section("SEE ALSO");
        references();
        return text.toString();
    }

    private void synopsis() {
        macro(".B", escaped(command.qualifiedName()));
        if (!command.options().isEmpty()) {
            text.append("[\\fIOPTION\\fR]...\n");
        }
        if (!visibleCommands().isEmpty()) {
            text.append("\\fICOMMAND\\fR\n");
        }
        for (final ArgSpec parameter : command.positionalParameters()) {
            text.append("\\fI").append(escaped(parameter.paramLabel())).append("\\fR")
                .append(parameter.arity().max() > 1 ? "...\n" : "\n");
        }
    }

    private void commands() {
        if (visibleCommands().isEmpty()) {
            return;
        }
        section("COMMANDS");
        for (final CommandSpec each : visibleCommands()) {
            text.append(".TP\n");
            macro(".B", escaped(each.name()));
            text.append(guarded(escaped(String.join(" ", sentences(each.usageMessage().description()))))).append('\n');
        }
    }

    private void arguments() {
        if (command.positionalParameters().isEmpty()) {
            return;
        }
        section("ARGUMENTS");
        for (final ArgSpec parameter : command.positionalParameters()) {
            entry("\\fI" + escaped(parameter.paramLabel()) + "\\fR", parameter);
        }
    }

    private void options() {
        section("OPTIONS");
        final List<OptionSpec> own = new ArrayList<>(command.options());
        for (final Map.Entry<String, CommandSpec> mixin : command.mixins().entrySet()) {
            final List<OptionSpec> options = command.options().stream()
                .filter(option -> mixin.getValue().findOption(option.longestName()) != null).toList();
            own.removeAll(options);
            macro(".SS", quoted(String.join(" ", mixin.getValue().usageMessage().description())));
            options.forEach(this::option);
        }
        if (own.size() < command.options().size()) {
            macro(".SS", "Other");
        }
        own.forEach(this::option);
    }

    private void option(final OptionSpec option) {
        if (option.hidden()) {
            return;
        }
        final String names = String.join(", ",
            Stream.of(option.names()).map(name -> "\\fB" + escaped(name) + "\\fR").toList());
        final String value = option.arity().max() == 0 ? "" : "=\\fI" + escaped(option.paramLabel()) + "\\fR";
        entry(names + value, option);
    }

    private void entry(final String term, final ArgSpec argument) {
        text.append(".TP\n").append(term).append('\n')
            .append(guarded(escaped(String.join(" ", sentences(argument.description()))))).append('\n');
    }

    private void references() {
        final List<String> pages = new ArrayList<>();
        final CommandSpec parent = command.parent();
        if (parent != null) {
            pages.add(name(parent));
        }
        visibleCommands().forEach(each -> pages.add(name(each)));
        if (parent != null) {
            visible(parent).stream().filter(each -> each != command).forEach(each -> pages.add(name(each)));
        }
        for (int i = 0; i < pages.size(); i++) {
            macro(".BR", escaped(pages.get(i)), i + 1 < pages.size() ? "(1)," : "(1)");
        }
    }

    private List<CommandSpec> visibleCommands() {
        return visible(command);
    }

    /** Commands that {@code --help} shows, each once. */
    static List<CommandSpec> visible(final CommandSpec parent) {
        return parent.subcommands().values().stream().map(CommandLine::getCommandSpec).distinct()
            .filter(each -> !each.usageMessage().hidden()).toList();
    }

    private static String name(final CommandSpec command) {
        return command.qualifiedName("-");
    }

    private void section(final String title) {
        macro(".SH", title);
    }

    private void macro(final String name, final String... arguments) {
        text.append(name).append(' ').append(String.join(" ", arguments)).append('\n');
    }

    private void paragraphs(final List<String> lines) {
        boolean first = true;
        for (final String line : lines) {
            text.append(first ? "" : ".PP\n").append(guarded(escaped(line))).append('\n');
            first = false;
        }
    }

    /** Lines as {@code --help} shows them, with what stands for line breaks resolved. */
    private static List<String> sentences(final String[] lines) {
        return Stream.of(lines).map(String::format).map(line -> line.replaceAll("\\s+", " ").strip())
            .filter(line -> !line.isEmpty()).toList();
    }

    /** A description begins as a sentence, the line under NAME does not, and it is one line. */
    private static String headline(final List<String> description) {
        final String first = description.isEmpty() ? "" : description.getFirst();
        final String sentence = first.replaceAll("\\.( .*)?$", "");
        return sentence.isEmpty() ? "command" : Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
    }

    private static String quoted(final String argument) {
        return '"' + escaped(argument) + '"';
    }

    private static String escaped(final String line) {
        return ESCAPED.matcher(line).replaceAll(found -> found.group().equals("-") ? "\\\\-" : "\\\\e");
    }

    /** A line that begins with one of these would be taken for a macro. */
    private static String guarded(final String line) {
        return line.startsWith(".") || line.startsWith("'") ? "\\&" + line : line;
    }
}
