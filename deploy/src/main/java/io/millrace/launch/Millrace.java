package io.millrace.launch;

import java.io.File;
import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
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
        ScriptsCommand.class, ProtocolsCommand.class, AutoComplete.GenerateCompletion.class, ManualCommand.class},
    versionProvider = VersionText.class,
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%n",
    footer = {
        "`millrace COMMAND --help` shows the flags of a command and their defaults.",
        "An argument @FILE is replaced by the arguments in FILE. Where a flag is given twice, the last one counts.",
        "Exit codes: 0 done, 1 the run found errors, 2 bad usage or configuration, 3 environment (missing library,"
            + " permission, device) or internal failure."})
public final class Millrace implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this text.")
    private boolean help;

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
        return commandLine(System.getenv()).execute(arguments);
    }

    /** The command line with defaults from {@code environment}. */
    static CommandLine commandLine(final Map<String, String> environment) {
        // It would warn of each flag that stands in an @file and behind it too.
        CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF);
        final CommandLine commandLine = new CommandLine(new Millrace());
        final ErrorLine errors = new ErrorLine(environment);
        commandLine
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setUsageHelpAutoWidth(true)
            .setUsageHelpLongOptionsMaxWidth(28)
            .setAbbreviatedOptionsAllowed(false)
            .setOverwrittenOptionsAllowed(true)
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
        commandLine.setDefaultValueProvider(defaults);
        commandLine.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, new OptionGroups());
        commandLine.getSubcommands().values().forEach(subcommand -> prepare(subcommand, defaults));
    }
}
