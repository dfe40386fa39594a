package io.millrace.launch.plan;

import io.millrace.launch.machine.Cpu;
import io.millrace.launch.machine.Machine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Hands out cores: first those of the wanted NUMA node, isolated ones before others, the last ones first, since kernels
 * prefer the first for their own work; one hardware thread of a physical core and none of core 0, as long as there are
 * others. One core that the process may use is never handed out.
 */
final class CorePlacement {
    private final Machine machine;
    private final int node;
    private final List<Cpu> order;
    private final Set<Integer> taken = new HashSet<>();

    /**
     * A placement in which nothing is taken.
     *
     * @param node NUMA node that is wanted; -1 for any.
     */
    CorePlacement(final Machine machine, final int node) {
        this.machine = machine;
        this.node = node;
        order = machine.cpus().stream().filter(Cpu::usable)
            .sorted(Comparator.comparing((Cpu cpu) -> isRemote(cpu)).thenComparing(cpu -> !cpu.isolated())
                .thenComparing(cpu -> -cpu.number()))
            .toList();
    }

    /** Marks cores that somebody has chosen. */
    void reserve(final List<Integer> cores) {
        taken.addAll(cores);
    }

    /** Takes {@code count} cores, in ascending order; none where that would leave no core for the rest. */
    List<Integer> take(final int count) {
        final List<Integer> chosen = new ArrayList<>();
        for (final Predicate<Cpu> suits : List.<Predicate<Cpu>>of(
            cpu -> ownsItsCore(cpu, chosen) && !isRemote(cpu), cpu -> ownsItsCore(cpu, chosen),
            cpu -> !cpu.siblings().contains(0), cpu -> true)) {

            for (final Cpu cpu : order) {
                if (chosen.size() < count && suits.test(cpu) && !taken.contains(cpu.number())
                    && !chosen.contains(cpu.number())) {
                    chosen.add(cpu.number());
                }
            }
        }
        final Set<Integer> left = new HashSet<>(machine.usableCpus());
        left.removeAll(taken);
        chosen.forEach(left::remove);
        if (chosen.size() < count || left.isEmpty()) {
            return List.of();
        }
        taken.addAll(chosen);
        return chosen.stream().sorted().toList();
    }

    /** Physical cores of the wanted node that are free for threads of their own. */
    int room() {
        final List<Integer> chosen = new ArrayList<>();
        for (final Cpu cpu : order) {
            if (!isRemote(cpu) && !taken.contains(cpu.number()) && ownsItsCore(cpu, chosen)) {
                chosen.add(cpu.number());
            }
        }
        return chosen.size();
    }

    /** What speaks for these cores, in a few words. */
    String reason(final List<Integer> cores) {
        final List<Cpu> chosen = cores.stream().map(core -> machine.cpu(core).orElseThrow()).toList();
        final List<String> words = new ArrayList<>();
        if (chosen.stream().allMatch(Cpu::isolated)) {
            words.add("isolated");
        }
        if (machine.hasSeveralNodes() && node >= 0) {
            words.add(chosen.stream().noneMatch(this::isRemote) ? "NUMA node " + node + " of the ports"
                : "too few cores on NUMA node " + node + " of the ports");
        }
        final Set<Integer> siblings = new HashSet<>();
        chosen.forEach(cpu -> siblings.addAll(cpu.siblings()));
        if (siblings.size() > chosen.size()) {
            final boolean alone = chosen.stream().allMatch(
                cpu -> cpu.siblings().stream().noneMatch(other -> other != cpu.number() && taken.contains(other)));
            words.add(alone ? "one hardware thread of a physical core" : "too few physical cores");
        }
        words.add(siblings.contains(0) ? "no other core than core 0" : "the last ones, core 0 is the kernel's");
        return String.join(", ", words);
    }

    private boolean isRemote(final Cpu cpu) {
        return node >= 0 && cpu.node() != node;
    }

    private boolean ownsItsCore(final Cpu cpu, final List<Integer> chosen) {
        return !cpu.siblings().contains(0)
            && cpu.siblings().stream().noneMatch(other -> taken.contains(other) || chosen.contains(other));
    }
}
