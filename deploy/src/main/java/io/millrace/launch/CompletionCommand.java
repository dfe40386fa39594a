package io.millrace.launch;

import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code millrace generate-completion}. picocli's own command of that name takes any arguments and ignores them. */
@Command(
    name = "generate-completion",
    description = {
        "Write a script with which bash and zsh complete commands and flags.",
        "For the shell at hand:",
        "",
        "  source <(millrace generate-completion)"},
    optionListHeading = "%nOptions:%n")
final class CompletionCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        final PrintWriter out = spec.commandLine().getOut();
        out.println(AutoComplete.bash(spec.root().name(), spec.root().commandLine()));
        out.flush();
    }
}
