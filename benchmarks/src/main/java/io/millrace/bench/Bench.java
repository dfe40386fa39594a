package io.millrace.bench;

import io.millrace.bench.growth.GrowthCommand;
import io.millrace.bench.hooks.HooksCommand;
import io.millrace.bench.hooks.HooksProbeCommand;
import io.millrace.bench.input.BadInputCommand;
import io.millrace.bench.isolation.IsolationCommand;
import io.millrace.bench.isolation.IsolationProbeCommand;
import io.millrace.bench.latency.LatencyCommand;
import io.millrace.bench.linerate.LineRateCommand;
import io.millrace.bench.linerate.WorkerProbeCommand;
import io.millrace.bench.mutations.MutationsCommand;
import io.millrace.bench.peers.PeersCommand;
import io.millrace.bench.report.CheckFailedException;
import io.millrace.bench.traffic.TrafficCommand;
import io.millrace.bench.workers.WorkersCommand;
import io.millrace.bench.workers.WorkersProbeCommand;
import io.millrace.binding.link.EnvironmentException;
import io.millrace.engine.config.ConfigException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Command line of the benchmarks. Exit codes: 0 done, 1 a run's own check failed, 2 bad usage, 3 environment. */
@Command(name = "benchmarks/run", description = "Measures Millrace.", mixinStandardHelpOptions = true,
    subcommands = {TrafficCommand.class, LineRateCommand.class, WorkerProbeCommand.class, PeersCommand.class,
        BadInputCommand.class, HooksCommand.class, HooksProbeCommand.class, IsolationCommand.class,
        IsolationProbeCommand.class, LatencyCommand.class, MutationsCommand.class, GrowthCommand.class,
        WorkersCommand.class, WorkersProbeCommand.class})
public final class Bench {
    private static final int CHECK_FAILED = 1;
    private static final int USAGE = 2;
    private static final int ENVIRONMENT = 3;

    private Bench() {
    }

    /** Runs one benchmark and ends the process. */
    public static void main(final String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs one benchmark; returns the exit code. */
    public static int run(final String... arguments) {
        return new CommandLine(new Bench())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setUsageHelpAutoWidth(true)
            .setParameterExceptionHandler((e, given) -> complain(e.getMessage() + ": see --help", USAGE))
            .setExecutionExceptionHandler((e, commandLine, parsed) -> switch (e) {
                case CheckFailedException failed -> complain(failed.getMessage(), CHECK_FAILED);
                case ConfigException wrong -> complain(wrong.getMessage(), USAGE);
                case EnvironmentException missing -> complain(missing.getMessage(), ENVIRONMENT);
                default -> throw e;
            })
            .execute(arguments);
    }

    private static int complain(final String message, final int exitCode) {
        System.err.println("benchmarks/run: " + message.strip().replaceAll("\\p{Cntrl}+", " "));
        return exitCode;
    }
}
