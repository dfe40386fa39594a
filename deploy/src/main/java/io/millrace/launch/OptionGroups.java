package io.millrace.launch;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Shows the options of each mixin under a heading of its own, the mixin's description; a command's own come last. */
final class OptionGroups implements IHelpSectionRenderer {
    @Override
    public String render(final Help help) {
        final CommandSpec command = help.commandSpec();
        final StringBuilder text = new StringBuilder();
        final Set<OptionSpec> own = new LinkedHashSet<>(command.options());
        for (final Map.Entry<String, CommandSpec> mixin : command.mixins().entrySet()) {
            final List<OptionSpec> options = new ArrayList<>(mixin.getValue().options());
            own.removeIf(option -> mixin.getValue().findOption(option.longestName()) != null);
            final String heading = String.join(" ", mixin.getValue().usageMessage().description());
            text.append(heading.isEmpty() ? "" : heading + ":\n")
                .append(help.optionListExcludingGroups(options)).append('\n');
        }
        return text + help.optionListExcludingGroups(new ArrayList<>(own));
    }
}
