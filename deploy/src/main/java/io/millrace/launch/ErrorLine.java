package io.millrace.launch;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.engine.config.ConfigException;
import io.millrace.script.geo.GeoException;
import io.millrace.script.output.OutputException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns whatever goes wrong into one line on standard error and an exit code. */
final class ErrorLine implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private static final Pattern INVALID_VALUE =
        Pattern.compile("^Invalid value for option '([^']*)'(?: at index \\d+)?(?: \\([^)]*\\))?: ");
    private static final Pattern INVALID_PARAMETER =
        Pattern.compile("^Invalid value for positional parameter at index \\S+ \\(<?([^)>]*)>?\\): ");
    private static final Pattern NO_CONSTANT =
        Pattern.compile("expected one of \\[([^]]*)] \\(case-insensitive\\) but was ('.*')");
    private static final Pattern NO_LONG = Pattern.compile("is not a long$");
    private static final Pattern NO_BOOLEAN = Pattern.compile("is not a boolean$");

    private final Map<String, String> environment;

    ErrorLine(final Map<String, String> environment) {
        this.environment = environment;
    }

    /** {@code millrace: what: where: how to mend it}, whatever line breaks and control characters it holds. */
    static String of(final String message) {
        return "millrace: " + message.strip().replaceAll("[\\p{Cntrl}]+", " ");
    }

    /** Whether traces are wanted. */
    static boolean debugging(final Map<String, String> environment) {
        return "1".equals(environment.get("MILLRACE_DEBUG"));
    }

    @Override
    public int handleParseException(final ParameterException e, final String[] arguments) {
        e.getCommandLine().getErr().println(of(usageMessage(e, arguments)));
        return ExitCode.USAGE;
    }

    @Override
    public int handleExecutionException(
        final Exception e, final CommandLine commandLine, final ParseResult parseResult) {

        final PrintWriter err = commandLine.getErr();
        if (e instanceof ProblemsException problems) {
            problems.lines().forEach(line -> err.println(of(line)));
        } else {
            err.println(of(message(e)));
        }
        if (debugging(environment)) {
            e.printStackTrace(err);
        }
        err.flush();
        return exitCode(e);
    }

    private static String message(final Exception e) {
        return switch (e) {
            case ConfigException known -> known.getMessage();
            case EnvironmentException known -> known.getMessage();
            case GeoException known -> known.getMessage();
            case OutputException known -> known.getMessage();
            default -> "internal failure: " + e + ": run again with MILLRACE_DEBUG=1 and report what it prints";
        };
    }

    private static int exitCode(final Exception e) {
        return switch (e) {
            case ConfigException _, ProblemsException _, GeoException _, OutputException _ -> ExitCode.USAGE;
            default -> ExitCode.ENVIRONMENT;
        };
    }

    private String usageMessage(final ParameterException e, final String[] arguments) {
        final String command = e.getCommandLine().getCommandSpec().qualifiedName();
        final String help = command + " --help lists ";
        if (e instanceof UnmatchedArgumentException unmatched) {
            final String argument = unmatched.getUnmatched().getFirst();
            final boolean option = unmatched.isUnknownOption();
            return "unknown " + (option ? "option" : "argument") + ": " + argument + ": "
                + unmatched.getSuggestions().stream()
                    .filter(known -> isNear(argument, known)).findFirst()
                    .map(known -> "did you mean " + known + "? ").orElse("")
                + help + "what there is";
        }
        final String message = inOurWords(e.getMessage());
        if (e.getArgSpec() instanceof OptionSpec option) {
            final String variable = EnvironmentDefaults.variable(option);
            final String value = environment.get(variable);
            if (value != null && !isGiven(option, arguments)) {
                return message.replaceFirst(Pattern.quote(option.longestName()), "environment variable " + variable);
            }
            if (!(e instanceof MissingParameterException)) {
                return message;
            }
        }
        if (INVALID_PARAMETER.matcher(e.getMessage()).find()) {
            return message;
        }
        return Character.toLowerCase(message.charAt(0)) + message.substring(1) + ": " + help + "all arguments";
    }

    private static String inOurWords(final String message) {
        final String named = INVALID_PARAMETER.matcher(INVALID_VALUE.matcher(message).replaceFirst("$1: "))
            .replaceFirst("$1: ");
        final String withNames = NO_CONSTANT.matcher(named).replaceFirst(found -> Matcher.quoteReplacement(
            found.group(2) + " is none of " + found.group(1).toLowerCase(Locale.ROOT)));
        return NO_BOOLEAN.matcher(NO_LONG.matcher(withNames).replaceFirst("is not a number"))
            .replaceFirst("is neither true nor false");
    }

    private static boolean isGiven(final OptionSpec option, final String[] arguments) {
        for (final String argument : arguments) {
            for (final String name : option.names()) {
                if (argument.equals(name) || argument.startsWith(name + "=")) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether at most every third letter would have to change. */
    private static boolean isNear(final String written, final String known) {
        final String name = written.contains("=") ? written.substring(0, written.indexOf('=')) : written;
        int[] previous = new int[known.length() + 1];
        for (int column = 0; column <= known.length(); column++) {
            previous[column] = column;
        }
        for (int row = 1; row <= name.length(); row++) {
            final int[] current = new int[known.length() + 1];
            current[0] = row;
            for (int column = 1; column <= known.length(); column++) {
                final int change = name.charAt(row - 1) == known.charAt(column - 1) ? 0 : 1;
                current[column] = Math.min(previous[column - 1] + change,
                    1 + Math.min(previous[column], current[column - 1]));
            }
            previous = current;
        }
        return previous[known.length()] <= Math.max(1, known.length() / 3);
    }
}
