package io.millrace.launch;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.engine.service.CaptureUser;
import io.millrace.engine.telemetry.CountersFile;
import io.millrace.engine.telemetry.Telemetry;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code millrace capture}. */
@Command(
    name = "capture",
    description = "Run live ports through the engine until stopped.",
    sortOptions = false,
    abbreviateSynopsis = true,
    optionListHeading = "%n",
    footerHeading = "%n",
    footer = {
        "SIGINT and SIGTERM end the run: every live flow gets its flowEnd hook and its record. SIGHUP opens output"
            + " files anew (logrotate) and loads the scripts anew. millrace stat shows the counters of a running"
            + " capture.",
        "Every flag can be set by a variable: --flow-capacity by MILLRACE_FLOW_CAPACITY.",
        "Exit codes: 0 done, also when stopped by a signal, 1 output could not be written, 2 bad usage or"
            + " configuration, 3 environment (missing library, permission, port missing or in use) or internal"
            + " failure."})
final class CaptureCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Mixin
    private CaptureOptions ports;

    @Mixin
    private FlowOptions flows;

    @Mixin
    private ScriptOptions scripts;

    @Mixin
    private PacketOptions packets;

    @Mixin
    private OutputOptions output;

    @Mixin
    private PlanOptions plan;

    @Override
    public Integer call() throws Exception {
        final boolean dryRun = plan.dryRun();
        final PlannedRun planned = PlannedRun.capture(command,
            new PlannedRun.Flags(flows, scripts, packets, output), ports, new SecureRandom().nextLong());
        output.requireDistinctFrom(scripts.inputFiles());
        final CaptureUser user = ports.user();
        final Optional<String> obstacle = user.obstacle();
        if (dryRun) {
            if (obstacle.isEmpty()) {
                readScriptsAs(user, planned);
            }
            plan.print(obstacle.map(planned.plan()::with).orElse(planned.plan()), command.commandLine().getOut());
            return ExitCode.DONE;
        }
        if (obstacle.isPresent()) {
            throw new EnvironmentException(obstacle.get());
        }
        CaptureUser.withholdFilesFromOthers();
        final RunDirectory runDirectory = ports.runDirectory(user);
        user.reachFiles();
        runDirectory.clean();
        try (CountersFile counters = CountersFile.create(runDirectory.counters(ProcessHandle.current().pid()))) {
            return new Capture(planned, ports, user, runDirectory, flows, scripts, output,
                new Telemetry(counters.metadata(), counters.values())).run();
        }
    }

    /** Throws what the run would, where a script or a database is not there for this user. */
    private void readScriptsAs(final CaptureUser user, final PlannedRun planned) {
        user.reachFiles();
        try {
            scripts.config(flows, planned.verdicts(), false, Thread.ofPlatform().factory());
        } finally {
            user.reachFilesAsStarted();
        }
    }
}
