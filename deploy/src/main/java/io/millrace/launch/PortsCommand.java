package io.millrace.launch;

import io.millrace.engine.EngineLibraries;
import io.millrace.launch.machine.MachineReader;
import io.millrace.launch.machine.SystemFiles;
import io.millrace.launch.ports.PortOffers;
import io.millrace.launch.ports.PortReport;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace ports}. */
@Command(
    name = "ports",
    description = "Show what a capture can watch here, and what each port still needs.",
    sortOptions = false,
    optionListHeading = "%n",
    footerHeading = "%n",
    footer = {
        "Interfaces are those of this network namespace. It changes nothing: the commands are for you to run, as root.",
        "Exit codes: 0 done, 2 bad usage, 3 DPDK is missing."})
final class PortsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Option(names = "--json", description = "One JSON object on one line (default: ${DEFAULT-VALUE}).")
    private boolean json;

    @Override
    public Integer call() {
        final SystemFiles files = SystemFiles.ofThisMachine();
        final PortReport report = new PortReport(
            new PortOffers(files, new MachineReader(files).read(), EngineLibraries.networkDrivers()).find());
        command.commandLine().getOut().println(json ? report.json() : report.text());
        return ExitCode.DONE;
    }
}
