package io.millrace.launch.library;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.millrace.launch.InProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Scripts of the library on one capture, through the whole engine.
 *
 * <p>Flows and alerts are named by {@code client > server:port}, so that a capture may be recorded anew.
 */
final class LibraryRun {
    static final Path LIBRARY = InProcess.root().resolve("script-runtime/src/main/scripts/library");

    private final List<Map<String, Object>> events;

    private LibraryRun(final List<Map<String, Object>> events) {
        this.events = events;
    }

    /** The capture of this name, as recorded. */
    static Path traffic(final String name) {
        return InProcess.root().resolve("deploy/src/test/traffic").resolve(name + ".pcap");
    }

    /** Keys of all scripts, in alphabetical order. */
    private static List<String> keys() throws IOException {
        try (Stream<Path> files = Files.list(LIBRARY)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".lua"))
                .map(name -> name.substring(0, name.length() - ".lua".length())).sorted().toList();
        }
    }

    /** The whole library as it comes, with further flags. */
    static LibraryRun of(final Path folder, final Path capture, final String... flags) throws IOException {
        return run(folder, List.of(capture), LIBRARY, flags);
    }

    /**
     * Scripts of any folder on captures, one after the other.
     *
     * @param config text of a settings file.
     */
    static LibraryRun ofScripts(
        final Path folder,
        final Path scripts,
        final String config,
        final List<Path> captures,
        final String... flags) throws IOException {

        final Path file = Files.writeString(Files.createTempFile(folder, "config", ".json"), config);
        final List<String> all = new ArrayList<>(List.of("--script-config", file.toString()));
        all.addAll(List.of(flags));
        return run(folder, captures, scripts, all.toArray(String[]::new));
    }

    /**
     * One script alone, switched on.
     *
     * @param settings by name; the others are as the script declares them.
     */
    static LibraryRun of(
        final Path folder,
        final Path capture,
        final String script,
        final Map<String, ?> settings,
        final String... flags) throws IOException {

        final Map<String, Object> config = new TreeMap<>();
        for (final String key : keys()) {
            config.put(key, key.equals(script) ? Map.of("enabled", true, "values", settings) : false);
        }
        final Path file = Files.createTempFile(folder, "config", ".json");
        JSON.std.write(config, file.toFile());
        final List<String> all = new ArrayList<>(List.of("--script-config", file.toString()));
        all.addAll(List.of(flags));
        return of(folder, capture, all.toArray(String[]::new));
    }

    private static LibraryRun run(
        final Path folder, final List<Path> captures, final Path scripts, final String... flags) throws IOException {

        final Path eve = Files.createTempFile(folder, "eve", ".json");
        final List<String> arguments = new ArrayList<>(List.of(
            "replay", "--quiet", "--warm-up", "0", "--scripts", scripts.toString(), "--eve", eve.toString()));
        captures.forEach(capture -> arguments.add(capture.toString()));
        arguments.addAll(List.of(flags));
        final InProcess run = InProcess.run(arguments.toArray(String[]::new));
        assertThat(run.errors()).isEmpty();
        assertThat(run.exitCode()).isZero();
        final List<Map<String, Object>> events = new ArrayList<>();
        for (final String line : Files.readAllLines(eve)) {
            events.add(JSON.std.mapFrom(line));
        }
        assertThat(events).anyMatch(event -> "flow".equals(event.get("event_type")));
        return new LibraryRun(events);
    }

    /** Alerts of this status, one entry per alert. */
    List<String> alerts(final String status) {
        return alertRecords(status).stream().map(LibraryRun::name).toList();
    }

    /** Statuses of all alerts with how many there are. */
    Map<String, Long> alertCounts() {
        return of("alert").collect(Collectors.groupingBy(
            event -> (String) verdict(event).get("status_key"), TreeMap::new, Collectors.counting()));
    }

    /** Statuses in the records of flows with how many flows have each. */
    Map<String, Long> statusCounts() {
        return of("flow").flatMap(event -> statuses(event).stream())
            .collect(Collectors.groupingBy(status -> status, TreeMap::new, Collectors.counting()));
    }

    /** Records of flows. */
    long flowCount() {
        return of("flow").count();
    }

    /** What the script adds to its only alert of this status. */
    @SuppressWarnings("unchecked")
    Map<String, Object> info(final String status) {
        final List<Map<String, Object>> alerts = alertRecords(status);
        assertThat(alerts).as("alerts of %s", status).hasSize(1);
        return (Map<String, Object>) verdict(alerts.getFirst()).get("info");
    }

    /** Flows whose record carries this status. */
    List<String> flows(final String status) {
        return of("flow").filter(event -> statuses(event).contains(status)).map(LibraryRun::name).toList();
    }

    /** Score in the record of the only flow of this name. */
    int score(final String flow) {
        return ((Number) verdict(record(flow)).get("score")).intValue();
    }

    /** Client's port of the only flow of this name. */
    int clientPort(final String flow) {
        return ((Number) record(flow).get("src_port")).intValue();
    }

    /** JA3 of the client of the only flow of this name. */
    String fingerprint(final String flow) {
        final Map<?, ?> tls = (Map<?, ?>) record(flow).get("tls");
        return (String) ((Map<?, ?>) tls.get("ja3")).get("hash");
    }

    private Map<String, Object> record(final String flow) {
        final List<Map<String, Object>> flows = of("flow").filter(event -> name(event).equals(flow)).toList();
        assertThat(flows).as("flows %s", flow).hasSize(1);
        return flows.getFirst();
    }

    private List<Map<String, Object>> alertRecords(final String status) {
        return of("alert").filter(event -> status.equals(verdict(event).get("status_key"))).toList();
    }

    private Stream<Map<String, Object>> of(final String type) {
        return events.stream().filter(event -> type.equals(event.get("event_type")));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> verdict(final Map<String, Object> event) {
        return (Map<String, Object>) event.getOrDefault("millrace", Map.of());
    }

    @SuppressWarnings("unchecked")
    private static List<String> statuses(final Map<String, Object> event) {
        return (List<String>) verdict(event).getOrDefault("status", List.of());
    }

    private static String name(final Map<String, Object> event) {
        final String server = event.get("src_ip") + " > " + event.get("dest_ip");
        return event.containsKey("dest_port") ? server + ":" + event.get("dest_port") : server;
    }
}
