package io.millrace.launch;

import io.millrace.binding.link.EnvironmentException;
import java.io.File;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code millrace} command. */
@Command(
    name = "millrace",
    description = "Runs Lua flow scripts on every network flow.",
    subcommands = {
        ReplayCommand.class, CaptureCommand.class, StatCommand.class, PortsCommand.class, DoctorCommand.class,
        ScriptsCommand.class, ProtocolsCommand.class, CompletionCommand.class, ManualCommand.class},
    versionProvider = VersionText.class,
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%n",
    footer = {
        "`millrace COMMAND --help` shows the flags of a command and their defaults.",
        "An argument @FILE is replaced by the arguments in FILE. Where a flag is given twice, the last one counts.",
        "Exit codes: 0 done, 1 output was lost, or a check found errors, 2 bad usage or configuration, 3 environment"
            + " (missing library, permission, device) or internal failure."})
public final class Millrace implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(names = {"-V", "--version"}, versionHelp = true,
        description = "Show the versions of Millrace and of the libraries it runs on.")
    private boolean version;

    private Millrace() {
    }

    /** Runs the command that the arguments name and ends the process with its exit code. */
    public static void main(final String[] arguments) {
        System.exit(run(arguments));
    }

    /** An @file is read before there is a command to handle what is wrong with it, so that is looked at first. */
    private static int run(final String... arguments) {
        for (final String argument : arguments) {
            final boolean namesFile = argument.length() > 1 && argument.charAt(0) == '@' && argument.charAt(1) != '@';
            final File file = namesFile ? new File(argument.substring(1)) : null;
            final boolean literal = namesFile && !file.exists() && new File(argument).exists();
            if (namesFile && !literal && (file.isDirectory() || !file.canRead())) {
                System.err.println(
                    "millrace: argument file cannot be read: " + file + ": name a file that holds arguments");
                return ExitCode.USAGE;
            }
        }
        try {
            return commandLine(System.getenv(), arguments).execute(arguments);
        } catch (final ExceptionInInitializerError e) {
            final EnvironmentException problem = EnvironmentException.behind(e).orElseThrow(() -> e);
            System.err.println(ErrorLine.of(problem.getMessage()));
            return ExitCode.ENVIRONMENT;
        }
    }

    /** The whole command line with defaults from {@code environment}. */
    static CommandLine commandLine(final Map<String, String> environment) {
        return withHandlers(new CommandLine(new Millrace()), environment);
    }

    /**
     * The same for these arguments alone: where the first one names a command that moves packets, without all others,
     * because reading the annotations of one command takes as long as starting DPDK.
     */
    static CommandLine commandLine(final Map<String, String> environment, final String... arguments) {
        final Optional<Class<?>> named = Stream.<Class<?>>of(ReplayCommand.class, CaptureCommand.class)
            .filter(command -> arguments.length > 0
                && command.getAnnotation(Command.class).name().equals(arguments[0]))
            .findFirst();
        return named.isEmpty() ? commandLine(environment) : withHandlers(
            new CommandLine(CommandSpec.create().name(Millrace.class.getAnnotation(Command.class).name()))
                .addSubcommand(named.get()), environment);
    }

    private static CommandLine withHandlers(final CommandLine commandLine, final Map<String, String> environment) {
        // It would warn of each flag that stands in an @file and behind it too.
        CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF);
        final ErrorLine errors = new ErrorLine(environment);
        commandLine
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setUsageHelpAutoWidth(true)
            .setUsageHelpLongOptionsMaxWidth(28)
            .setAbbreviatedOptionsAllowed(false)
            .setOverwrittenOptionsAllowed(true)
            .registerConverter(Path.class, new PathConverter())
            .setParameterExceptionHandler(errors)
            .setExecutionExceptionHandler(errors);
        prepare(commandLine, new EnvironmentDefaults(environment));
        return commandLine;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }

    private static void prepare(final CommandLine commandLine, final EnvironmentDefaults defaults) {
        commandLine.getCommandSpec().addOption(OptionSpec.builder("-h", "--help").type(boolean.class).arity("0")
            .usageHelp(true).description("Show this text.").build());
        commandLine.setDefaultValueProvider(defaults);
        commandLine.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, new OptionGroups());
        commandLine.getSubcommands().values().forEach(subcommand -> prepare(subcommand, defaults));
    }
}
