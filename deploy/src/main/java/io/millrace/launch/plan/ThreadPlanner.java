package io.millrace.launch.plan;

import io.millrace.engine.config.ConfigException;
import io.millrace.launch.machine.CpuNumbers;
import io.millrace.launch.machine.KernelInterface;
import io.millrace.launch.machine.Machine;
import io.millrace.launch.machine.NetworkCard;
import io.millrace.launch.plan.PlanEntry.Section;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Chooses threads and cores, and checks those that were given. */
final class ThreadPlanner {
    /** What one worker takes with scripts on, at the 700 bytes that a frame has on average: 0.9 million a second. */
    private static final int GIGABITS_PER_WORKER = 5;
    private static final int WORKERS_PER_SCRIPT_THREAD = 4;
    private static final int CORES_FOR_THE_REST = 2;
    private static final int MEGABITS = 1000;
    private static final Pattern SPEED_IN_NAME = Pattern.compile("(\\d{1,3})[ -]?G(?:b|igabit)");

    private final Machine machine;
    private final RunWishes wishes;
    private final List<PortWish> ports;
    private final PlanBuilder plan;
    private final int node;
    private final CorePlacement placement;

    /** A planner; {@code ports} is empty for a replay. */
    ThreadPlanner(
        final Machine machine, final RunWishes wishes, final List<PortWish> ports, final PlanBuilder plan) {

        this.machine = machine;
        this.wishes = wishes;
        this.ports = ports;
        this.plan = plan;
        node = ports.stream().map(this::card).flatMap(Optional::stream).mapToInt(NetworkCard::node)
            .filter(known -> known >= 0).findFirst().orElse(-1);
        placement = new CorePlacement(machine, node);
    }

    /** The plan, whose entries it adds. */
    ThreadPlan make() {
        requireCores("--worker-cores", wishes.workerCores());
        requireCores("--script-cores", wishes.scriptCores());
        requireApart();
        if (machine.hasSeveralNodes()) {
            plan.words(Section.CORES, "NUMA node", node < 0 ? "any" : Integer.toString(node),
                Origin.derived(node < 0 ? "no port is on a card whose node is known" : "that of the ports"));
        }
        final int workers = workers();
        final boolean distributed = workers > 1 && !(ports.stream().allMatch(PortWish::splitsFlowsWhole)
            && !ports.isEmpty() && (wishes.rxQueues() == null || wishes.rxQueues() >= workers));
        final List<Integer> workerCores = workerCores(workers, distributed);
        final int scriptThreads = scriptThreads(workers);
        final List<Integer> scriptCores = scriptCores(scriptThreads);
        return new ThreadPlan(workers, workerCores, scriptThreads, scriptCores, distributed);
    }

    private int workers() {
        final int workers;
        final String reason;
        final int megabits = ports.stream().mapToInt(this::megabits).sum();
        final int room = Math.max(1, placement.room() - 1);
        final int wanted = Math.max(1, (megabits / MEGABITS + GIGABITS_PER_WORKER - 1) / GIGABITS_PER_WORKER);
        if (wishes.workers() != null) {
            workers = wishes.workers();
            reason = "";
        } else if (ports.isEmpty()) {
            workers = 1;
            reason = "a file comes in one stream";
        } else if (!ports.stream().allMatch(PortWish::splitsFlowsWhole)) {
            workers = 1;
            reason = "not all ports can feed several queues";
        } else if (megabits == 0) {
            workers = 1;
            reason = "the speed of the ports is not known";
        } else {
            workers = Math.min(wanted, room);
            reason = megabits / (double) MEGABITS + " Gbit/s of ports, " + GIGABITS_PER_WORKER + " Gbit/s a worker"
                + (room < wanted ? ", but cores for " + room + " alone" : "");
        }
        plan.count(Section.CORES, "workers", workers, plan.origin("--workers", reason));
        if (workers > machine.usableCpus().size()) {
            plan.note("--workers: " + workers + " workers share " + machine.usableCpus().size()
                + " cores, and packets wait: lower --workers");
        }
        return workers;
    }

    private List<Integer> workerCores(final int workers, final boolean distributed) {
        final List<Integer> cores;
        final String reason;
        if (wishes.workerCores() != null) {
            cores = wishes.workerCores();
            reason = "";
            requireAsManyAsThreads(cores.size(), workers);
            placement.reserve(cores);
            tellOfTheWrongNode(cores);
        } else {
            reserveScriptCores();
            final List<Integer> withDistributor = placement.take(workers + (distributed ? 1 : 0));
            cores = withDistributor.isEmpty() && distributed ? placement.take(workers) : withDistributor;
            reason = cores.isEmpty() ? "too few cores for " + workers + " workers and all other threads"
                : placement.reason(cores);
        }
        final Origin origin = plan.origin("--worker-cores", reason);
        final List<Integer> ofWorkers = cores.subList(0, Math.min(workers, cores.size()));
        plan.words(Section.CORES, "worker cores", inOrder(ofWorkers), origin);
        if (distributed) {
            plan.words(Section.CORES, "distributor core",
                inOrder(cores.subList(ofWorkers.size(), cores.size())), origin);
        }
        return cores;
    }

    private int scriptThreads(final int workers) {
        final int threads = wishes.scriptThreads() != null ? wishes.scriptThreads() : ports.isEmpty() ? 1
            : (workers + WORKERS_PER_SCRIPT_THREAD - 1) / WORKERS_PER_SCRIPT_THREAD;
        plan.count(Section.CORES, "script threads", threads, plan.origin("--script-threads",
            ports.isEmpty() ? "enough for what one worker sends"
                : "one for " + WORKERS_PER_SCRIPT_THREAD + " workers"));
        return threads;
    }

    private List<Integer> scriptCores(final int threads) {
        final List<Integer> cores;
        final String reason;
        if (wishes.scriptCores() != null) {
            cores = wishes.scriptCores();
            reason = "";
        } else if (!ports.isEmpty() && placement.room() >= threads + CORES_FOR_THE_REST) {
            cores = placement.take(threads);
            reason = placement.reason(cores);
        } else {
            cores = List.of();
            reason = "the kernel places them, off the workers' cores";
        }
        plan.words(Section.CORES, "script cores", inOrder(cores), plan.origin("--script-cores", reason));
        return cores;
    }

    private void reserveScriptCores() {
        if (wishes.scriptCores() != null) {
            placement.reserve(wishes.scriptCores());
        }
    }

    private void requireCores(final String flag, final List<Integer> cores) {
        for (final int core : cores == null ? List.<Integer>of() : cores) {
            if (machine.cpu(core).isEmpty()) {
                throw new ConfigException(flag + ": there is no core " + core + ": this machine has cores "
                    + CpuNumbers.format(machine.cpus().stream().map(cpu -> cpu.number()).toList()));
            }
            if (!machine.usableCpus().contains(core)) {
                throw new ConfigException(flag + ": core " + core + " is kept from this process, which may use "
                    + CpuNumbers.format(machine.usableCpus()) + ": name one of those, or widen taskset, cpuset or"
                    + " CPUAffinity=");
            }
        }
    }

    private void requireApart() {
        if (wishes.workerCores() == null || wishes.scriptCores() == null) {
            return;
        }
        wishes.workerCores().stream().filter(wishes.scriptCores()::contains).findFirst().ifPresent(core -> {
            throw new ConfigException("--script-cores: core " + core + " is a worker's, which never gives it away: name"
                + " cores that are not in --worker-cores");
        });
    }

    private static void requireAsManyAsThreads(final int cores, final int workers) {
        if (cores > workers + (workers > 1 ? 1 : 0)) {
            throw new ConfigException("--worker-cores: " + cores + " cores for " + workers
                + (workers == 1 ? " worker: name as many cores as workers"
                    : " workers and a distributor: name as many cores"));
        }
        if (cores != 0 && cores < workers) {
            throw new ConfigException("--worker-cores: " + cores + (cores == 1 ? " core" : " cores") + " for " + workers
                + " workers: name as many cores, or lower --workers");
        }
    }

    private void tellOfTheWrongNode(final List<Integer> cores) {
        final List<Integer> remote = cores.stream()
            .filter(core -> node >= 0 && machine.cpu(core).orElseThrow().node() != node).toList();
        if (!remote.isEmpty()) {
            plan.note("--worker-cores: cores " + CpuNumbers.format(remote) + " are not on NUMA node " + node
                + " of the ports: every packet crosses over: name cores of "
                + CpuNumbers.format(machine.cpus().stream().filter(cpu -> cpu.node() == node)
                    .map(cpu -> cpu.number()).toList()));
        }
    }

    private int megabits(final PortWish port) {
        final int known = port.interfaceName().flatMap(machine::networkInterface).map(KernelInterface::megabits)
            .or(() -> card(port).map(card -> card.interfaces().stream().mapToInt(KernelInterface::megabits).sum()))
            .orElse(0);
        return known > 0 ? known : card(port).map(card -> SPEED_IN_NAME.matcher(card.name()).results()
            .map(MatchResult::group).map(text -> text.replaceAll("\\D", "")).mapToInt(Integer::parseInt)
            .max().orElse(0) * MEGABITS).orElse(0);
    }

    private Optional<NetworkCard> card(final PortWish port) {
        return port.pciAddress()
            .or(() -> port.interfaceName().flatMap(machine::networkInterface).flatMap(KernelInterface::pciAddress))
            .flatMap(machine::card);
    }

    /** As given: the first is that of worker 0. */
    private static String inOrder(final List<Integer> cores) {
        return cores.isEmpty() ? "any" : String.join(",", cores.stream().map(core -> Integer.toString(core)).toList());
    }
}
