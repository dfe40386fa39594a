package io.millrace.launch.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.millrace.launch.Corpus;
import io.millrace.launch.InProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every capture by itself, and damaged packets of all, through all scripts that come with Millrace: each packet is in a
 * flow or counted under a reason, no script fails, and what is written is sound.
 */
class EveryCaptureTest {
    private static final int DAMAGED_FRAMES = 100_000;
    private static final Path SAMPLE = InProcess.root().resolve("deploy/sample/sample.pcap");
    private static final Path SCRIPTS = InProcess.root().resolve("script-runtime/src/main/scripts");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"", "--workers 2 --script-threads 2", "--no-decap --active-timeout 1s --flow-stats basic"})
    void shouldAccountForEveryPacketAndWriteSoundRecords(final String flags) throws IOException {
        final List<String> faults = new ArrayList<>();
        final List<Path> captures = new ArrayList<>(List.of(SAMPLE));
        captures.addAll(Corpus.captures());
        for (final Path capture : captures) {
            faults.addAll(faultsOfReplay(capture, flags));
        }

        assertThat(faults).isEmpty();
    }

    /** What nDPI reads, scripts ask for and records tell is damaged too, not only headers. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldAccountForDamagedPackets(final long seed) throws IOException {
        final List<Path> captures = new ArrayList<>(List.of(SAMPLE));
        captures.addAll(Corpus.captures());
        final Path damaged = directory.resolve("damaged.pcap");
        DamagedCapture.write(damaged, captures, DAMAGED_FRAMES, seed);

        assertThat(faultsOfReplay(damaged, "")).isEmpty();
    }

    private List<String> faultsOfReplay(final Path capture, final String flags) throws IOException {
        final Path config = directory.resolve("config.json");
        JSON.std.write(allSwitchedOn(), config.toFile());
        final Path eve = directory.resolve("eve.json");
        final Path summary = directory.resolve("summary.json");
        final List<String> arguments = new ArrayList<>(List.of(
            "replay", capture.toString(), "--warm-up", "0", "--scripts", SCRIPTS + "/library:" + SCRIPTS + "/flow",
            "--script-config", config.toString(), "--eve", eve.toString(), "--summary-json", summary.toString()));
        arguments.addAll(Stream.of(flags.split(" ")).filter(flag -> !flag.isEmpty()).toList());
        final InProcess run = InProcess.run(arguments.toArray(String[]::new));
        if (run.exitCode() != 0) {
            return run.refusedLinkType() ? List.of()
                : List.of(capture + ": exit " + run.exitCode() + ": " + run.errors());
        }
        return faultsOf(run, SoundEve.read(eve), JSON.std.mapFrom(Files.readString(summary))).stream()
            .map(fault -> capture.getFileName() + ": " + fault).toList();
    }

    private static List<String> faultsOf(final InProcess run, final SoundEve eve, final Map<String, Object> totals) {
        final List<String> faults = new ArrayList<>(eve.faults());
        run.output().lines().filter(line -> line.contains("does not add up")).forEach(faults::add);
        for (final String counter : List.of("hooks_failed", "hooks_timed_out", "hooks_skipped", "hooks_out_of_memory",
            "functions_blocked", "scripts_switched_off", "records_dropped", "store_refused")) {
            if (number(totals, counter) != 0) {
                faults.add(counter + " " + number(totals, counter) + ": " + run.errors());
            }
        }
        if (eve.packets() + number(totals, "fragments_unclaimed") != number(totals, "parsed")) {
            faults.add(eve.packets() + " packets in flows and " + number(totals, "fragments_unclaimed")
                + " unclaimed fragments, of " + number(totals, "parsed") + " parsed");
        }
        return faults;
    }

    /** Settings by which every script of the library runs. */
    private static Map<String, Object> allSwitchedOn() throws IOException {
        final Map<String, Object> config = new TreeMap<>();
        try (Stream<Path> files = Files.list(SCRIPTS.resolve("library"))) {
            files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".lua"))
                .forEach(name -> config.put(name.replace(".lua", ""), true));
        }
        return config;
    }

    private static long number(final Map<String, Object> totals, final String field) {
        return ((Number) totals.get(field)).longValue();
    }
}
