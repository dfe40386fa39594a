package io.millrace.launch;

import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Defaults from the environment: {@code --flow-capacity} is {@code MILLRACE_FLOW_CAPACITY}. A flag wins over the
 * environment, the environment over the built-in default. An empty variable counts as absent.
 */
final class EnvironmentDefaults implements IDefaultValueProvider {
    private final Map<String, String> environment;

    EnvironmentDefaults(final Map<String, String> environment) {
        this.environment = environment;
    }

    /** The variables. */
    Map<String, String> environment() {
        return environment;
    }

    @Override
    public String defaultValue(final ArgSpec argument) {
        if (!(argument instanceof OptionSpec option) || option.usageHelp() || option.versionHelp()) {
            return null;
        }
        final String value = environment.get(variable(option));
        return value == null || value.isEmpty() ? null : value;
    }

    /** Name of the variable that stands for an option. */
    static String variable(final OptionSpec option) {
        return "MILLRACE_" + option.longestName().substring(2).toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
