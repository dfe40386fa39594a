package io.millrace.script.lua;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.InstanceOfAssertFactories.map;

import io.millrace.engine.memory.RawMemory;
import io.millrace.script.output.Json;
import io.millrace.script.verdict.VerdictDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** One script of a generation, as it lies in the test's folders, alone in a machine. */
final class GenerationRun implements AutoCloseable {
    private static final Path FOLDER = Path.of("src/test/resources/io/millrace/script/lua/generations");

    private final ScriptHarness harness;

    private GenerationRun(final ScriptHarness harness) {
        this.harness = harness;
    }

    /** Generation and key of every script, as {@code 4.2/blacklisted}. */
    static List<String> all() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(GenerationRun::isScript)
                .map(file -> FOLDER.relativize(file).getName(0) + "/" + key(file)).sorted().toList();
        }
    }

    /** A script as it comes, switched on; before it, text of a script that puts into the store what it will read. */
    static GenerationRun of(final String name, final String... before) throws IOException {
        return of(name, "{}", Set.of(), before);
    }

    /** The same with values for its settings, and groups of functions that are open to it. */
    static GenerationRun of(
        final String name, final String values, final Set<String> allowed, final String... before) throws IOException {

        final Path file = file(name);
        final List<ScriptSource> sources = new ArrayList<>();
        for (final String text : before) {
            sources.add(new ScriptSource(
                Path.of("/scripts/before" + sources.size() + ".lua"), "before" + sources.size(), false,
                text.getBytes(UTF_8)));
        }
        sources.add(new ScriptSource(file, key(file), false, Files.readAllBytes(file)));
        final MachineSettings usual = ScriptHarness.settings();
        final ScriptWish wish = new ScriptWish(Optional.of(true), values, Path.of("settings.json"), 1, Map.of());
        final MachineSettings settings = new MachineSettings(usual.memoryLimitBytes(), usual.deadlineNs(), allowed,
            Map.of(key(file), wish), usual.tickSeconds(), usual.idleTimeoutNs(), usual.emissionCapacityBytes(), true);
        final ScriptHarness harness = ScriptHarness.ofSources(settings, sources);
        assertThat(harness.host().findings()).as(name).isEmpty();
        return new GenerationRun(harness);
    }

    ScriptHarness harness() {
        return harness;
    }

    /** Runs events; fails where a hook did. */
    String run(final EventBuilder... events) {
        final String printed = harness.run(events);
        assertThat(harness.problems()).isEmpty();
        return printed;
    }

    /** The only alert so far. */
    ScriptHarness.Alert alert() {
        assertThat(harness.alerts()).hasSize(1);
        return harness.alerts().getFirst();
    }

    /** Flow's score, client's and server's. */
    List<Integer> scores(final long flowId) {
        final long verdict = harness.verdict(flowId);
        return List.of(RawMemory.i32(verdict + VerdictDescriptor.SCORE),
            RawMemory.i32(verdict + VerdictDescriptor.CLIENT_SCORE),
            RawMemory.i32(verdict + VerdictDescriptor.SERVER_SCORE));
    }

    /** Checks that the flow has this status alone, and that the only alert so far says so. */
    void expect(final long flowId, final int bit, final String status, final String type, final int severity) {
        assertThat(harness.bitmap(flowId)).isEqualTo(1L << bit);
        assertThat(alert().statusKey()).isEqualTo(status);
        assertThat(alert().statusId()).isEqualTo(bit);
        assertThat(alert().category()).isEqualTo(type);
        assertThat(alert().severity()).isEqualTo(severity);
        assertThat(alert().replaces()).isFalse();
    }

    /** What the script itself tells in its only alert; from 4.0 on alerts say too which script it was. */
    Map<String, Object> told(final String generation) {
        final Map<String, Object> info = Json.read(alert().info());
        assertThat(info.remove("ntopng.key")).as("key of the flow").isNotNull();
        assertThat(info.remove("hash_entry_id")).as("number of the flow").isNotNull();
        final Object origin = info.remove("alert_generation");
        if (generation.equals("2019")) {
            assertThat(origin).isNull();
        } else {
            assertThat(origin).asInstanceOf(map(String.class, Object.class))
                .contains(entry("subdir", "flow")).containsKey("script_key");
        }
        return info;
    }

    @Override
    public void close() {
        harness.close();
    }

    private static Path file(final String name) throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER.resolve(name.substring(0, name.indexOf('/'))))) {
            final String wanted = name.substring(name.indexOf('/') + 1);
            return files.filter(GenerationRun::isScript).filter(file -> key(file).equals(wanted)).findFirst()
                .orElseThrow(() -> new AssertionError("no script " + name)).toAbsolutePath();
        }
    }

    private static boolean isScript(final Path file) {
        return file.toString().endsWith(".lua") && !file.toString().contains("/modules/");
    }

    private static String key(final Path file) {
        return file.getFileName().toString().replace(".lua", "");
    }
}
