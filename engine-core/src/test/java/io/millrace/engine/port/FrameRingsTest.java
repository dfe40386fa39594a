package io.millrace.engine.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.FlowEngine;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.fixture.CaptureBytes;
import io.millrace.engine.fixture.FrameBuilder;
import io.millrace.engine.fixture.WorkerHarness;
import io.millrace.engine.memory.RawMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The border between a distributor and its workers, with a thread on each side. */
final class FrameRingsTest {
    private static final EngineConfig CONFIG = WorkerHarness.config(0);
    private static final int FRAMES = 50_000;
    private static final int WORKERS = 2;
    private static final int ETHERNET_AND_IP_AND_UDP_BYTES = 14 + 20 + 8;
    private static final long START_US = 1_700_000_000_000_000L;

    @TempDir
    private Path directory;

    /** What one worker was given. */
    private record Received(long frames, int bursts, int longestBurst, List<String> faults) {
    }

    @Test
    void shouldHandOverEveryFrameOnceInOrderAndUnchangedWhateverTheSpeedOfBothSides() throws Exception {
        FlowEngine.prepare(CONFIG, null, WORKERS);
        final CaptureFile file = CaptureFile.open(write());
        try (FrameRings rings = new FrameRings(WORKERS, CONFIG, null);
            ReplaySource source = ReplaySource.shared(List.of(file), CONFIG, "rings-test", WORKERS);
            ExecutorService threads = Executors.newFixedThreadPool(WORKERS)) {

            final List<Future<Received>> workers = new ArrayList<>();
            for (int worker = 0; worker < WORKERS; worker++) {
                workers.add(threads.submit(receiver(rings.source(worker), worker)));
            }
            final int bursts = deal(source, rings);

            for (final Future<Received> worker : workers) {
                assertThat(worker.get().faults()).isEmpty();
                assertThat(worker.get().frames()).isEqualTo(FRAMES / WORKERS);
                assertThat(worker.get().bursts()).isEqualTo(bursts);
                assertThat(worker.get().longestBurst()).isLessThanOrEqualTo(CONFIG.burst() / WORKERS);
            }
            for (int worker = 0; worker < WORKERS; worker++) {
                rings.source(worker).close();
            }
        }
    }

    /** Frames with even numbers for worker 0, those with odd ones for worker 1. */
    private static int deal(final ReplaySource source, final FrameRings rings) {
        int bursts = 0;
        while (!source.finished()) {
            final int received = source.receive();
            if (received == 0) {
                Thread.onSpinWait();
                continue;
            }
            for (int slot = 0; slot < received; slot++) {
                rings.target(slot, number(source.frames() + (long) slot * FrameDescriptor.LENGTH) % WORKERS);
            }
            rings.take(source);
            rings.tick(++bursts * 8L, bursts % 3 == 0);
            while (rings.push() > 0) {
                Thread.onSpinWait();
            }
        }
        rings.end();
        return bursts;
    }

    private static Callable<Received> receiver(final RingSource source, final int worker) {
        return () -> {
            final List<String> faults = new ArrayList<>();
            int expected = worker;
            int bursts = 0;
            int longest = 0;
            while (!source.finished()) {
                final int received = source.receive();
                if (received == 0 && source.emptyPollNs() == PacketSource.INCOMPLETE) {
                    Thread.onSpinWait();
                    continue;
                }
                bursts++;
                longest = Math.max(longest, received);
                if (source.endsEpoch() != (bursts % 3 == 0)) {
                    faults.add("burst " + bursts + " ends an epoch: " + source.endsEpoch());
                }
                for (int slot = 0; slot < received; slot++) {
                    final long frame = source.frames() + (long) slot * FrameDescriptor.LENGTH;
                    if (number(frame) != expected
                        || RawMemory.i64(frame + FrameDescriptor.TIMESTAMP_NS) != (START_US + expected) * 1000) {
                        faults.add("frame " + number(frame) + " instead of " + expected);
                    }
                    expected = number(frame) + WORKERS;
                }
            }
            return new Received((expected - worker) / WORKERS, bursts, longest, faults);
        };
    }

    private static int number(final long frame) {
        return RawMemory.i32(RawMemory.i64(frame + FrameDescriptor.ADDRESS) + ETHERNET_AND_IP_AND_UDP_BYTES);
    }

    private Path write() throws IOException {
        final CaptureBytes capture = CaptureBytes.pcap();
        for (int i = 0; i < FRAMES; i++) {
            final byte[] number = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(i).array();
            capture.record(START_US + i,
                FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(1000, 2000).payload(number).build());
        }
        return Files.write(directory.resolve("numbered.pcap"), capture.build());
    }
}
