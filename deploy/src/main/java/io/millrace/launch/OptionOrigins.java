package io.millrace.launch;

import io.millrace.launch.plan.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Where the value of each flag of a parsed command comes from. */
final class OptionOrigins {
    private static final Pattern WORD =
        Pattern.compile("#.*|\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|[^\\s\"'#]+");

    private final CommandSpec command;
    private final Map<String, String> environment;
    private final Map<String, Origin> written = new HashMap<>();

    /** Origins of the flags of {@code command}, which was parsed. */
    OptionOrigins(final CommandSpec command, final Map<String, String> environment) {
        this.command = command;
        this.environment = environment;
        read(command.root().commandLine().getParseResult().originalArgs(), Origin.FLAG, new HashSet<>());
    }

    /** Where the value of this flag comes from. */
    Origin of(final String flag) {
        final OptionSpec option = command.findOption(flag);
        for (final String name : option.names()) {
            if (written.containsKey(name)) {
                return written.get(name);
            }
        }
        final String variable = EnvironmentDefaults.variable(option);
        final String value = environment.get(variable);
        return value == null || value.isEmpty() ? Origin.DEFAULT : new Origin(Origin.Kind.ENVIRONMENT, variable);
    }

    /** The last place wins, as it does for the value. */
    private void read(final List<String> arguments, final Origin origin, final Set<Path> open) {
        for (final String argument : arguments) {
            if (argument.startsWith("@") && Files.isReadable(Path.of(argument.substring(1)))) {
                final Path file = Path.of(argument.substring(1));
                if (open.add(file.toAbsolutePath().normalize())) {
                    read(words(file), new Origin(Origin.Kind.FILE, file.toString()), open);
                }
            } else if (argument.startsWith("-")) {
                final int end = argument.indexOf('=');
                written.put(end < 0 ? argument : argument.substring(0, end), origin);
            }
        }
    }

    private static List<String> words(final Path file) {
        final List<String> words = new ArrayList<>();
        try {
            for (final String line : Files.readAllLines(file)) {
                final Matcher matcher = WORD.matcher(line);
                while (matcher.find() && !matcher.group().startsWith("#")) {
                    words.add(matcher.group());
                }
            }
        } catch (final IOException e) {
            return words;
        }
        return words;
    }
}
