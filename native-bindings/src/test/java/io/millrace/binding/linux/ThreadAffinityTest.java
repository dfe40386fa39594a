package io.millrace.binding.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.binding.link.EnvironmentException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ThreadAffinityTest {
    @Test
    void shouldSeeAsManyCoresAsTheJvm() {
        assertThat(ThreadAffinity.current().cardinality()).isGreaterThanOrEqualTo(Runtime.getRuntime()
            .availableProcessors());
    }

    @Test
    void shouldBindTheCallingThreadAlone() throws InterruptedException, ExecutionException {
        final BitSet before = ThreadAffinity.current();
        final int core = before.length() - 1;

        final BitSet pinned = onThreadOfItsOwn(() -> {
            ThreadAffinity.pin(core);
            return ThreadAffinity.current();
        });

        assertThat(pinned).isEqualTo(BitSet.valueOf(bit(core)));
        assertThat(ThreadAffinity.current()).isEqualTo(before);
    }

    @Test
    void shouldTakeAllOtherThreadsOffACore() throws InterruptedException, ExecutionException {
        final BitSet before = ThreadAffinity.current();
        assumeThat(before.cardinality()).as("needs two cores").isGreaterThan(1);
        final int core = before.length() - 1;
        final CountDownLatch vacated = new CountDownLatch(1);
        final FutureTask<BitSet> earlierThread = new FutureTask<>(() -> {
            vacated.await();
            return ThreadAffinity.current();
        });
        new Thread(earlierThread).start();

        try {
            ThreadAffinity.vacate(List.of(core));
            vacated.countDown();

            assertThat(earlierThread.get().get(core)).isFalse();
            assertThat(onThreadOfItsOwn(ThreadAffinity::current).get(core)).isFalse();
            assertThat(ThreadAffinity.current().cardinality()).isEqualTo(before.cardinality() - 1);
        } finally {
            ThreadAffinity.placeAll(before);
        }
    }

    @Test
    void shouldLeaveThreadsWhereTheyAreRatherThanNowhere() {
        final BitSet before = ThreadAffinity.current();

        ThreadAffinity.vacate(before.stream().boxed().toList());

        assertThat(ThreadAffinity.current()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1023, 1024, Integer.MAX_VALUE})
    void shouldSayWhichCoresThereAre(final int core) {
        assertThatThrownBy(() -> ThreadAffinity.pin(core))
            .isInstanceOf(EnvironmentException.class)
            .hasMessage("cannot run on core " + core + ": this process may use cores " + ThreadAffinity.current());
    }

    private static long[] bit(final int core) {
        final BitSet set = new BitSet();
        set.set(core);
        return set.toLongArray();
    }

    private static <T> T onThreadOfItsOwn(final Callable<T> work) throws InterruptedException, ExecutionException {
        final FutureTask<T> task = new FutureTask<>(work);
        final Thread thread = new Thread(task);
        thread.start();
        thread.join();
        return task.get();
    }

    @Test
    void shouldPreferTheMemoryOfACoresNode() {
        assumeThat(Path.of("/sys/devices/system/cpu/cpu0/node0")).exists();

        assertThat(ThreadAffinity.preferMemoryOf(0)).isZero();
        assertThat(ThreadAffinity.preferMemoryOf(100_000)).isNegative();
    }
}
