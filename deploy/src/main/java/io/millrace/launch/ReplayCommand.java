package io.millrace.launch;

import io.millrace.engine.config.ConfigException;
import io.millrace.engine.port.CaptureFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace replay}. */
@Command(
    name = "replay",
    description = "Run capture files (pcap, pcapng) through the engine as fast as they go.",
    sortOptions = false,
    abbreviateSynopsis = true,
    parameterListHeading = "%n",
    optionListHeading = "%n",
    footerHeading = "%n",
    footer = {
        "Every flag can be set by a variable: --flow-capacity by MILLRACE_FLOW_CAPACITY. A flag wins over the"
            + " environment, the environment over the default. MILLRACE_DEBUG=1 shows DPDK's log and stack traces.",
        "Exit codes: 0 done, 1 output could not be written, 2 bad usage or configuration, 3 environment (missing"
            + " library, permission, device) or internal failure; stopped by SIGINT 130, by SIGTERM 143."})
final class ReplayCommand implements Callable<Integer> {
    // Secret against chosen collisions on live links; in a replay it must be the same every time.
    private static final long REPLAY_HASH_SEED = 0x6D69_6C6C_7261_6365L;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Capture files (pcap, pcapng; packed with"
        + " gzip or zstd, or not), replayed in the order of their first packets; - is standard input.")
    private List<Path> paths;

    @Spec
    private CommandSpec command;

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
        final PlannedRun planned = PlannedRun.replay(
            command, new PlannedRun.Flags(flows, scripts, packets, output), REPLAY_HASH_SEED, namesOfFiles());
        final List<CaptureFile> files = openAll();
        output.requireDistinctFrom(
            Stream.concat(files.stream().map(CaptureFile::path), scripts.inputFiles().stream()).toList());
        if (dryRun) {
            scripts.config(flows, planned.verdicts(), true, Thread.ofPlatform().factory());
            plan.print(planned.plan(), command.commandLine().getOut());
            return ExitCode.DONE;
        }
        return new Replay(files, planned, flows, scripts, output).run();
    }

    private String namesOfFiles() {
        return paths.size() == 1 ? paths.getFirst().toString() : paths.size() + " files, first " + paths.getFirst();
    }

    /** All files, so that one that is not usable is found before the first one runs. */
    private List<CaptureFile> openAll() {
        final List<CaptureFile> files = new ArrayList<>();
        final List<String> problems = new ArrayList<>();
        for (final Path path : paths) {
            try {
                files.addAll(CaptureFile.openAll(path));
            } catch (final ConfigException e) {
                problems.add(e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new ProblemsException(problems);
        }
        // A stream comes first: it is read as it comes. A sort keeps files of the same time as they were named.
        files.sort(Comparator.comparingLong(CaptureFile::firstPacketNs));
        return files;
    }
}
