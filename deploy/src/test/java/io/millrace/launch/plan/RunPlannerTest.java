package io.millrace.launch.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.EngineConfig.HugePages;
import io.millrace.engine.config.EngineConfig.Overflow;
import io.millrace.launch.machine.Machine;
import io.millrace.launch.machine.SampleMachine;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunPlannerTest {
    private static final RunWishes NOTHING = new RunWishes(
        null, null, null, null, null, null, null, null, 2048, 64, HugePages.AUTO, Overflow.DROP, List.of());
    private static final PortWish XL710 = card("0000:d8:00.0");
    private static final PortWish X710 = card("0000:01:00.0");
    private static final PortWish ENP1S0F0 =
        new PortWish("enp1s0f0", "net_af_packet", Optional.empty(), Optional.of("enp1s0f0"));

    @TempDir
    private Path folder;

    private final PlanBuilder plan = new PlanBuilder("capture", flag -> Origin.DEFAULT);

    @Test
    void shouldChooseIsolatedCoresOnTheNodeOfTheCard() {
        final ThreadPlan threads = threads(SampleMachine.TWO_SOCKETS, NOTHING, XL710);

        assertThat(threads.workers()).isEqualTo(8);
        assertThat(threads.workerCores()).containsExactly(14, 15, 16, 17, 18, 19, 22, 23);
        assertThat(threads.scriptThreads()).isEqualTo(2);
        assertThat(threads.scriptCores()).containsExactly(20, 21);
        assertThat(threads.distributed()).isFalse();
    }

    @Test
    void shouldTakeOneHardwareThreadOfACoreAndLeaveCoreZeroToTheKernel() {
        final ThreadPlan threads = threads(SampleMachine.DEBIAN_X710, with(w -> workers(w, 3)), X710);

        assertThat(threads.workerCores()).containsExactly(13, 14, 15);
        assertThat(threads.scriptCores()).containsExactly(12);
        assertThat(origin("worker cores")).contains("one hardware thread of a physical core");
    }

    @Test
    void shouldTakeAWorkerForEveryFiveGigabits() {
        assertThat(threads(SampleMachine.DEBIAN_X710, NOTHING, X710).workers()).isEqualTo(2);
        assertThat(origin("workers")).isEqualTo("derived: 10.0 Gbit/s of ports, 5 Gbit/s a worker");
    }

    @Test
    void shouldTakeOneWorkerWhereTheSpeedIsNotKnown() {
        final PortWish eth0 = new PortWish("eth0", "net_af_packet", Optional.empty(), Optional.of("eth0"));

        final ThreadPlan threads = threads(SampleMachine.VIRTUAL_MACHINE, NOTHING, eth0);

        assertThat(threads.workers()).isEqualTo(1);
        assertThat(threads.workerCores()).containsExactly(3);
    }

    @Test
    void shouldTakeOneWorkerAndTheLastCoreForAReplay() {
        final ThreadPlan threads = threads(SampleMachine.VIRTUAL_MACHINE, NOTHING);

        assertThat(threads.workers()).isEqualTo(1);
        assertThat(threads.workerCores()).containsExactly(3);
        assertThat(threads.scriptCores()).isEmpty();
    }

    @Test
    void shouldGiveTheDistributorACoreBehindThoseOfTheWorkers() {
        final PortWish tap = new PortWish("tap0", "net_tap0", Optional.empty(), Optional.of("tap0"));

        final ThreadPlan threads = threads(SampleMachine.DEBIAN_X710, with(w -> workers(w, 2)), tap);

        assertThat(threads.distributed()).isTrue();
        assertThat(threads.workerCores()).hasSize(3);
    }

    @Test
    void shouldLeavePlacingToTheKernelWhereNoCoreWouldBeLeft() {
        final ThreadPlan threads = threads(SampleMachine.VIRTUAL_MACHINE, with(w -> workers(w, 4)));

        assertThat(threads.workerCores()).isEmpty();
        assertThat(origin("worker cores")).contains("too few cores");
    }

    @Test
    void shouldKeepOutOfTheCoresThatScriptsWereGiven() {
        final ThreadPlan threads = threads(SampleMachine.VIRTUAL_MACHINE, with(w -> new RunWishes(
            1, null, 1, List.of(3), null, null, null, null, 2048, 64, HugePages.AUTO, Overflow.DROP, List.of())));

        assertThat(threads.workerCores()).containsExactly(2);
        assertThat(threads.scriptCores()).containsExactly(3);
    }

    @Test
    void shouldRefuseCoresThatDoNotExist() {
        assertRefused(with(w -> cores(w, List.of(16), null)), "--worker-cores: there is no core 16", "cores 0-15");
    }

    @Test
    void shouldRefuseCoresThatTheProcessMayNotUse() {
        final Machine machine = SampleMachine.unpack(SampleMachine.DEBIAN_X710, folder)
            .write("proc/self/status", "Cpus_allowed_list:\t0-3").read();

        assertThatThrownBy(() -> new RunPlanner(machine, cores(NOTHING, List.of(4), null), List.of(), plan).threads())
            .isInstanceOf(ConfigException.class).hasMessageContaining("core 4 is kept from this process")
            .hasMessageContaining("0-3");
    }

    @Test
    void shouldRefuseCoresThatWorkersAndScriptsShare() {
        assertRefused(with(w -> cores(w, List.of(4), List.of(4))), "--script-cores: core 4 is a worker's");
    }

    @Test
    void shouldRefuseFewerOrMoreCoresThanWorkers() {
        assertRefused(with(w -> cores(workers(w, 3), List.of(4, 5), null)), "2 cores for 3 workers");
        assertRefused(with(w -> cores(workers(w, 1), List.of(4, 5), null)), "2 cores for 1 worker");
    }

    @Test
    void shouldRefuseToWaitForScriptsOnLivePorts() {
        assertRefused(with(w -> new RunWishes(
            null, null, null, null, null, null, null, null, 2048, 64, HugePages.AUTO, Overflow.BLOCK, List.of())),
            "--overflow block: a live port does not wait");
    }

    @Test
    void shouldRefuseACardThatIsNamedByTheKernelsNameToo() {
        assertThatThrownBy(() -> threads(SampleMachine.DEBIAN_X710, NOTHING, X710, ENP1S0F0))
            .isInstanceOf(ConfigException.class).hasMessageContaining("are the same card");
    }

    @Test
    void shouldRefuseAPoolThatDoesNotHoldTheRing() {
        assertThatThrownBy(() -> buffers(with(w -> new RunWishes(
            1, null, null, null, null, null, null, 4096, 2048, 64, HugePages.AUTO, Overflow.DROP, List.of())), X710))
            .isInstanceOf(ConfigException.class)
            .hasMessageContaining("--mempool must be from 4480: 4096 does not hold an RX ring of 4096");
    }

    @Test
    void shouldRefuseMoreQueuesThanTheInterfaceHas() {
        assertThatThrownBy(() -> buffers(with(w -> queues(w, 17)), afXdp()))
            .isInstanceOf(ConfigException.class).hasMessageContaining("interface enp1s0f0 has 16")
            .hasMessageContaining("ethtool -L enp1s0f0 combined 17");
    }

    @Test
    void shouldRefuseQueuesThatSplitFlows() {
        assertThatThrownBy(() -> buffers(with(w -> queues(workers(w, 2), 2)), afXdp()))
            .isInstanceOf(ConfigException.class).hasMessageContaining("would split flows");
    }

    @Test
    void shouldChooseAPoolOfOneLessThanAPowerOfTwo() {
        final BufferPlan buffers = buffers(NOTHING, X710);

        assertThat(buffers.rxDescriptors()).isEqualTo(4096);
        assertThat(buffers.rxDescriptors() + buffers.mbufsBehindTheRing()).isEqualTo(8191);
    }

    @Test
    void shouldTakeHugePagesForACardWhereEnoughAreFree() {
        final RunPlanner planner = planner(SampleMachine.TWO_SOCKETS, NOTHING, XL710);

        assertThat(planner.hugePages(512)).isEqualTo(HugePages.ON);
        assertThat(planner.hugePages(100_000)).isEqualTo(HugePages.AUTO);
        assertThat(plan.build().notes()).anyMatch(note -> note.contains("sysctl -w vm.nr_hugepages="));
    }

    @Test
    void shouldSayHowManyHugePagesAreMissing() {
        final RunWishes on = new RunWishes(
            null, null, null, null, null, null, null, null, 2048, 64, HugePages.ON, Overflow.DROP, List.of());

        assertThatThrownBy(() -> planner(SampleMachine.DEBIAN_X710, on, X710).hugePages(100))
            .isInstanceOf(EnvironmentException.class).hasMessageEndingWith("sysctl -w vm.nr_hugepages=50");
    }

    @Test
    void shouldNameTheCommandThatHandsTheCardOver() {
        buffers(NOTHING, X710);

        assertThat(plan.build().notes()).contains(
            "port 0000:01:00.0: the kernel's driver i40e has it: dpdk-devbind.py --bind=vfio-pci 0000:01:00.0");
    }

    @Test
    void shouldFitTheFlowTableIntoHalfOfTheFreeMemoryOnLivePorts() {
        final Machine machine = SampleMachine.unpack(SampleMachine.VIRTUAL_MACHINE, folder)
            .write("proc/meminfo", "MemTotal: 1000000 kB\\nMemAvailable: 800000 kB").read();
        final RunPlanner planner = new RunPlanner(machine, NOTHING, List.of(ENP1S0F0), plan);

        final int capacity = planner.flowCapacity(new ThreadPlan(1, List.of(), 1, List.of(), false));

        assertThat(capacity).isEqualTo((int) (800_000L * 1024 / 2 / RunMemory.bytesPerFlow() / 1024 * 1024));
        assertThat(origin("flow capacity per worker")).contains("half of the free memory");
    }

    @Test
    void shouldRefuseMemoryThatTheMachineDoesNotHave() {
        final PlanBuilder given = new PlanBuilder("capture",
            flag -> flag.equals("--flow-capacity") ? Origin.FLAG : Origin.DEFAULT);
        final Machine machine = SampleMachine.unpack(SampleMachine.VIRTUAL_MACHINE, folder).read();
        final RunMemory needed = new RunMemory(0, 0, 40L << 30, 0, 0, 0, 0, 0);

        assertThatThrownBy(() -> new RunPlanner(machine, NOTHING, List.of(), given).memory(needed))
            .isInstanceOf(ConfigException.class).hasMessageStartingWith("memory: full tables take 40.0 GiB of 3.8 GiB");
    }

    private void assertRefused(final RunWishes wishes, final String... words) {
        assertThatThrownBy(() -> threads(SampleMachine.DEBIAN_X710, wishes, X710))
            .isInstanceOf(ConfigException.class).hasMessageContainingAll(words);
    }

    private ThreadPlan threads(final String recording, final RunWishes wishes, final PortWish... ports) {
        return planner(recording, wishes, ports).threads();
    }

    private BufferPlan buffers(final RunWishes wishes, final PortWish... ports) {
        final RunPlanner planner = planner(SampleMachine.DEBIAN_X710, wishes, ports);
        return planner.buffers(planner.threads());
    }

    private RunPlanner planner(final String recording, final RunWishes wishes, final PortWish... ports) {
        return new RunPlanner(SampleMachine.unpack(recording, folder).read(), wishes, List.of(ports), plan);
    }

    private String origin(final String name) {
        return plan.build().entries().stream().filter(entry -> entry.name().equals(name))
            .reduce((first, last) -> last).orElseThrow().origin().text();
    }

    private static RunWishes with(final UnaryOperator<RunWishes> change) {
        return change.apply(NOTHING);
    }

    private static RunWishes workers(final RunWishes w, final int workers) {
        return new RunWishes(workers, w.workerCores(), w.scriptThreads(), w.scriptCores(), w.flowCapacity(),
            w.rxQueues(),
            w.rxDescriptors(), w.mempool(), w.mbufBytes(), w.burst(), w.hugePages(), w.overflow(), w.ealArguments());
    }

    private static RunWishes queues(final RunWishes w, final int queues) {
        return new RunWishes(w.workers(), w.workerCores(), w.scriptThreads(), w.scriptCores(), w.flowCapacity(), queues,
            w.rxDescriptors(), w.mempool(), w.mbufBytes(), w.burst(), w.hugePages(), w.overflow(), w.ealArguments());
    }

    private static RunWishes cores(final RunWishes w, final List<Integer> worker, final List<Integer> script) {
        return new RunWishes(w.workers(), worker, w.scriptThreads(), script, w.flowCapacity(), w.rxQueues(),
            w.rxDescriptors(), w.mempool(), w.mbufBytes(), w.burst(), w.hugePages(), w.overflow(), w.ealArguments());
    }

    private static PortWish card(final String address) {
        return new PortWish(address, "", Optional.of(address), Optional.empty());
    }

    private static PortWish afXdp() {
        return new PortWish("enp1s0f0", "net_af_xdp", Optional.empty(), Optional.of("enp1s0f0"));
    }
}
