package io.millrace.launch;

import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.port.PacketMemory;
import io.millrace.launch.doctor.AbsentPorts;
import io.millrace.launch.doctor.Doctor;
import io.millrace.launch.doctor.DoctorReport;
import io.millrace.launch.doctor.Finding;
import io.millrace.launch.doctor.LibraryChecks;
import io.millrace.launch.doctor.OutputChecks;
import io.millrace.launch.doctor.Patient;
import io.millrace.launch.doctor.ToolOutput;
import io.millrace.launch.machine.KernelInterface;
import io.millrace.launch.machine.Machine;
import io.millrace.launch.machine.MachineReader;
import io.millrace.launch.machine.NetworkCard;
import io.millrace.launch.machine.SystemFiles;
import io.millrace.launch.plan.BufferPlan;
import io.millrace.launch.plan.Origin;
import io.millrace.launch.plan.PlanBuilder;
import io.millrace.launch.plan.PortWish;
import io.millrace.launch.plan.RunPlanner;
import io.millrace.launch.plan.RunWishes;
import io.millrace.launch.plan.ThreadPlan;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace doctor}. */
@Command(
    name = "doctor",
    description = "Look for what is wrong with this machine for a capture, and name the command that mends it.",
    sortOptions = false,
    abbreviateSynopsis = true,
    optionListHeading = "%n",
    footerHeading = "%n",
    footer = {
        "It takes the flags of capture, also as @FILE, and looks at the machine for that capture; without --port and"
            + " --iface at the cards that DPDK has, else at the kernel's interfaces on cards. It changes nothing.",
        "Exit codes: 0 nothing hurts, 1 something does, 2 bad usage."})
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Option(names = "--json", description = "One JSON object on one line (default: ${DEFAULT-VALUE}).")
    private boolean json;

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

    @Override
    public Integer call() {
        final List<Finding> findings = new ArrayList<>(LibraryChecks.look());
        // How much memory a flow takes is for the libraries to say: without them the rest cannot be worked out.
        if (findings.stream().noneMatch(finding -> finding.severity() == Finding.Severity.BROKEN)) {
            final SystemFiles files = SystemFiles.ofThisMachine();
            final Machine machine = new MachineReader(files).read();
            findings.addAll(AbsentPorts.look(machine, ports.wishes()));
            findings.addAll(new Doctor(patient(files, machine), wantedOptions(),
                ManagementFactory.getRuntimeMXBean().getInputArguments()).examine());
        }
        findings.addAll(OutputChecks.look(output.files()));
        final DoctorReport report = new DoctorReport(findings);
        command.commandLine().getOut().println(json ? report.json() : report.text());
        return report.hurts() ? ExitCode.ERRORS_FOUND : ExitCode.DONE;
    }

    private Patient patient(final SystemFiles files, final Machine machine) {
        final PlannedRun.Flags flags = new PlannedRun.Flags(flows, scripts, packets, output);
        final RunWishes wishes = PlannedRun.wishes(flags, ports);
        final List<PortWish> wanted = wantedPorts(machine);
        final RunPlanner planner =
            new RunPlanner(machine, wishes, wanted, new PlanBuilder(command.name(), flag -> Origin.DEFAULT));
        final ThreadPlan threads = planner.threads();
        final BufferPlan buffers = planner.buffers(threads);
        if (!ports.wishes().isEmpty()) {
            // Refuses what no capture would take.
            ports.config(buffers);
        }
        final EngineConfig config = PlannedRun.engineConfig(
            flags, true, wishes, threads, buffers, planner.flowCapacity(threads), buffers.hugePages(), 0);
        final List<NetworkCard> cards =
            wanted.stream().map(PortWish::pciAddress).flatMap(Optional::stream).map(machine::card)
                .flatMap(Optional::stream).toList();
        final List<KernelInterface> interfaces =
            wanted.stream().map(PortWish::interfaceName).flatMap(Optional::stream).map(machine::networkInterface)
                .flatMap(Optional::stream).toList();
        final long packetBytes = cards.isEmpty() ? 0 : (long) new PacketMemory(cards.size() * threads.workers(),
            buffers.rxDescriptors() + buffers.mbufsBehindTheRing(), packets.mbufBytes()).mebibytes() << 20;
        return new Patient(files, ToolOutput.ofThisMachine(), machine, cards, interfaces, threads.workerCores(),
            packetBytes, packetBytes + PlannedRun.memory(flags, config, null, threads).total());
    }

    private List<PortWish> wantedPorts(final Machine machine) {
        final List<PortWish> asked = ports.wishes();
        if (!asked.isEmpty()) {
            return asked;
        }
        final List<PortWish> bound = machine.cards().stream().filter(NetworkCard::isBoundForDpdk)
            .map(card -> PortWish.ofCard(card.address())).toList();
        return !bound.isEmpty() ? bound : machine.interfaces().stream().filter(one -> !one.isVirtual())
            .map(one -> PortWish.ofInterface(one.name(), "net_af_packet")).toList();
    }

    /** What the launcher's file of options has; none where this process was not started by the launcher. */
    private static List<String> wantedOptions() {
        final String home = System.getProperty("millrace.home");
        return home == null ? List.of() : Stream.of("jvm.options", "deploy/jvm.options").map(Path.of(home)::resolve)
            .filter(Files::isReadable).findFirst()
            .map(file -> SystemFiles.ofThisMachine().lines(file.toAbsolutePath().toString())).orElse(List.of()).stream()
            .map(String::strip).filter(line -> line.startsWith("-")).toList();
    }
}
