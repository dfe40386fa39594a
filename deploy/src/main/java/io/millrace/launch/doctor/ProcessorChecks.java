package io.millrace.launch.doctor;

import static io.millrace.launch.doctor.Finding.Severity.HURTS;
import static io.millrace.launch.doctor.Finding.Severity.NOTE;
import static io.millrace.launch.doctor.Finding.good;

import io.millrace.launch.machine.Cpu;
import io.millrace.launch.machine.CpuNumbers;
import io.millrace.launch.machine.Machine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Cores: isolation, hardware threads, clock frequency, time. */
final class ProcessorChecks {
    private static final String CPUS = "sys/devices/system/cpu/";
    private static final String CLOCK = "sys/devices/system/clocksource/clocksource0/";
    private static final Set<String> FAST_CLOCKS = Set.of("tsc", "kvm-clock", "hyperv_clocksource_tsc_page");

    private final Patient patient;
    private final List<Finding> findings = new ArrayList<>();

    ProcessorChecks(final Patient patient) {
        this.patient = patient;
    }

    List<Finding> look() {
        count();
        isolation();
        timerTicks();
        hardwareThreads();
        nodes();
        governor();
        turbo();
        clock();
        return findings;
    }

    private void count() {
        final int usable = patient.machine().usableCpus().size();
        if (usable < 2) {
            add(HURTS, "cores", "one core for all threads", "workers wait while scripts, output and the kernel run",
                "give this machine, or the service's cpuset, three cores or more");
        } else if (patient.workerCores().isEmpty()) {
            add(HURTS, "cores", usable + " usable, too few for workers of their own",
                "workers share cores with all other threads, and packets wait", "lower --workers");
        } else {
            findings.add(good("cores", usable + " usable, workers on " + CpuNumbers.format(patient.workerCores())));
        }
    }

    private void isolation() {
        final SortedSet<Integer> shared = workers();
        shared.removeAll(patient.machine().isolatedCpus());
        if (shared.isEmpty()) {
            findings.add(
                good("isolcpus", "worker cores " + CpuNumbers.format(patient.workerCores()) + " are isolated"));
        } else {
            add(NOTE, "isolcpus", "the scheduler puts other threads on worker cores " + CpuNumbers.format(shared),
                "each interruption is a gap in polling, milliseconds at worst, that the RX ring must bridge",
                kernelParameters());
        }
    }

    private void timerTicks() {
        final SortedSet<Integer> ticking = workers();
        ticking.removeAll(CpuNumbers.parse(patient.files().text(CPUS + "nohz_full").orElse("")));
        if (ticking.isEmpty()) {
            findings.add(good("nohz_full", "no timer ticks on worker cores"));
        } else {
            add(NOTE, "nohz_full", "timer ticks on worker cores " + CpuNumbers.format(ticking),
                "the timer interrupts the worker up to a thousand times a second", kernelParameters());
        }
        final SortedSet<Integer> callbacks = workers();
        callbacks.removeAll(CpuNumbers.parse(parameter("rcu_nocbs")));
        if (callbacks.isEmpty()) {
            findings.add(good("rcu_nocbs", "no RCU callbacks on worker cores"));
        } else {
            add(NOTE, "rcu_nocbs", "RCU callbacks may run on worker cores " + CpuNumbers.format(callbacks),
                "the kernel's own cleaning up interrupts the worker", kernelParameters());
        }
    }

    private void hardwareThreads() {
        final Machine machine = patient.machine();
        final Set<Integer> workers = workers();
        final Set<Integer> shared = new HashSet<>();
        boolean any = false;
        for (final Cpu cpu : machine.cpus()) {
            any |= cpu.siblings().size() > 1;
            if (workers.contains(cpu.number())) {
                cpu.siblings().stream().filter(other -> other != cpu.number() && workers.contains(other))
                    .forEach(other -> shared.add(cpu.number()));
            }
        }
        if (!shared.isEmpty()) {
            add(HURTS, "SMT siblings", "workers on " + CpuNumbers.format(shared) + " share physical cores",
                "two workers on one physical core do little more than one", "--worker-cores with one thread of each"
                    + " core (lscpu -e=CPU,CORE), or lower --workers");
        } else if (any && !workers.isEmpty()) {
            add(NOTE, "SMT siblings", "the other hardware threads of the worker cores take part of them",
                "whatever runs there slows the worker by up to half",
                "echo off | tee /sys/devices/system/cpu/smt/control");
        } else {
            findings.add(good("SMT siblings", "no two threads on one physical core"));
        }
    }

    private void nodes() {
        final Machine machine = patient.machine();
        if (!machine.hasSeveralNodes()) {
            return;
        }
        patient.cards().stream().filter(card -> card.node() >= 0).forEach(card -> {
            final List<Integer> remote = patient.workerCores().stream()
                .filter(core -> machine.cpu(core).map(Cpu::node).filter(node -> node != card.node()).isPresent())
                .toList();
            if (remote.isEmpty()) {
                findings.add(good("NUMA", card.address() + " and its workers are on node " + card.node()));
            } else {
                add(HURTS, "NUMA", card.address() + " is on node " + card.node() + ", worker cores "
                    + CpuNumbers.format(remote) + " are not", "every packet crosses the link between the sockets",
                    "--worker-cores with cores of " + CpuNumbers.format(machine.cpus().stream()
                        .filter(cpu -> cpu.node() == card.node()).map(Cpu::number).toList()));
            }
        });
    }

    private void governor() {
        final Set<String> governors = new HashSet<>();
        patient.workerCores().forEach(core ->
            patient.files().text(CPUS + "cpu" + core + "/cpufreq/scaling_governor").ifPresent(governors::add));
        if (governors.isEmpty()) {
            findings.add(good("governor", "the kernel does not scale the frequency of the worker cores"));
        } else if (governors.equals(Set.of("performance"))) {
            findings.add(good("governor", "performance"));
        } else {
            add(HURTS, "governor", String.join(", ", governors) + " on the worker cores",
                "a core that was idle takes up to milliseconds to reach its full clock",
                "echo performance | tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor");
        }
    }

    private void turbo() {
        final String file = CPUS + "intel_pstate/no_turbo";
        final String boost = CPUS + "cpufreq/boost";
        final boolean varies = patient.files().text(file).filter("0"::equals).isPresent()
            || patient.files().text(boost).filter("1"::equals).isPresent();
        if (varies) {
            add(NOTE, "turbo", "on", "the clock changes with heat and load, and with it the time of a burst",
                patient.files().exists(file) ? "echo 1 | tee /" + file : "echo 0 | tee /" + boost);
        } else {
            findings.add(good("turbo", "off, or not the kernel's to say"));
        }
    }

    private void clock() {
        final String source = patient.files().text(CLOCK + "current_clocksource").orElse("unknown");
        if (FAST_CLOCKS.contains(source) || source.equals("unknown")) {
            findings.add(good("clock source", source));
            return;
        }
        final boolean offered = patient.files().text(CLOCK + "available_clocksource").orElse("").contains("tsc");
        add(HURTS, "clock source", source,
            "every look at the time is a system call and takes a microsecond, once a burst",
            offered ? "echo tsc | tee /" + CLOCK + "current_clocksource"
                : bootParameters("tsc=reliable clocksource=tsc"));
    }

    private SortedSet<Integer> workers() {
        return new TreeSet<>(patient.workerCores());
    }

    private String kernelParameters() {
        final String cores = CpuNumbers.format(patient.workerCores());
        return bootParameters("isolcpus=" + cores + " nohz_full=" + cores + " rcu_nocbs=" + cores);
    }

    private String parameter(final String name) {
        for (final String word : patient.files().text("proc/cmdline").orElse("").split("\\s+")) {
            if (word.startsWith(name + "=")) {
                return word.substring(name.length() + 1);
            }
        }
        return "";
    }

    /** Debian's way to give the kernel parameters. */
    static String bootParameters(final String parameters) {
        return "sed -i 's/^GRUB_CMDLINE_LINUX=\"/&" + parameters + " /' /etc/default/grub && update-grub && reboot";
    }

    private void add(
        final Finding.Severity severity, final String subject, final String found, final String why,
        final String remedy) {

        findings.add(new Finding(severity, subject, found, why, remedy));
    }
}
