package io.millrace.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.launch.MillraceProcess.Run;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The packaged program on the sample capture. */
class ReplayIT {
    private static final Path SAMPLE = Path.of("sample/sample.pcap").toAbsolutePath();
    private static final Path SCRIPTS = Path.of("../script-runtime/src/main/scripts/flow").toAbsolutePath().normalize();
    private static final int SAMPLE_FRAMES = 1033;
    private static final int PCAP_HEADER_LENGTH = 24;
    private static final int SAMPLE_FLOWS = 52;
    private static final int SAMPLE_ALERTS = 19;
    private static final Pattern LAW = Pattern.compile("(\\w+) +([\\d,]+) \\w+ = (.*)");
    private static final Pattern FLOW = Pattern.compile(
        "\"event_type\":\"flow\".*(\"src_ip\":.*?),\"community_id\".*(\"flow\":\\{.*\"start\":\"[^\"]*\")");
    private static final Pattern NUMBER = Pattern.compile("[\\d,]+");

    @TempDir
    private Path folder;

    @Test
    void shouldPrintWhatTheScriptSaysAndTheAlertsInTheClosingSummary() throws Exception {
        final Run run = replaySample("--eve", "eve.json");

        assertThat(run.exitCode()).isZero();
        assertThat(run.errors()).isEmpty();
        assertThat(run.output()).filteredOn(line -> line.contains("From China")).hasSize(4);
        assertThat(run.output())
            .anyMatch(line -> line.contains(" -> 202.112.14.22:22  Suspicious country  (suspicious_countries)"))
            .anyMatch(line -> line.matches("TLS +14 +391 +265,847"))
            .anyMatch(line -> line.matches("Suspicious country +19"))
            .endsWith("Flow records and alerts: eve.json");
        assertThat(Files.readAllLines(folder.resolve("eve.json")))
            .filteredOn(line -> line.contains("\"event_type\":\"alert\"")).hasSize(SAMPLE_ALERTS)
            .allMatch(line -> line.contains("\"status\":[\"suspicious_country\"]"));
        assertThat(Files.readAllLines(folder.resolve("eve.json")))
            .filteredOn(line -> line.contains("\"event_type\":\"flow\"")).hasSize(SAMPLE_FLOWS);
    }

    @Test
    void shouldShowCountersThatAddUp() throws Exception {
        final Map<String, long[]> laws = new HashMap<>();
        for (final String line : replaySample().output()) {
            final Matcher law = LAW.matcher(line);
            if (law.matches()) {
                final long[] parts = NUMBER.matcher(law.group(3)).results()
                    .mapToLong(part -> number(part.group())).toArray();
                assertThat(Arrays.stream(parts).sum()).as(line).isEqualTo(number(law.group(2)));
                laws.put(law.group(1), parts);
            }
        }
        assertThat(laws).containsOnlyKeys("frames", "flows", "events", "hooks", "records", "alerts");
        assertThat(Arrays.stream(laws.get("frames")).sum()).isEqualTo(SAMPLE_FRAMES);
        assertThat(laws.get("flows")).containsExactly(SAMPLE_FLOWS, 0);
        assertThat(laws.get("records")).containsExactly(SAMPLE_FLOWS, 0);
        assertThat(laws.get("alerts")).containsExactly(SAMPLE_ALERTS, 0);
    }

    @Test
    void shouldWriteASummaryForPrograms() throws Exception {
        final Run run = replaySample("--summary-json", "summary.json", "--eve", "eve.json");
        final Map<String, String> summary = scalars(folder.resolve("summary.json"));

        assertThat(run.exitCode()).isZero();
        assertThat(summary).containsKeys(
            "packets", "bytes", "flows", "events", "hooks_run", "hooks_failed", "hooks_timed_out", "hooks_skipped",
            "alerts", "records_written", "records_dropped", "malformed", "elapsed_s", "startup_s", "pps", "rx_missed",
            "peak_rss_bytes", "versions.dpdk", "versions.ndpi", "versions.luajit", "versions.java",
            "poll_gap_ns.p50", "poll_gap_ns.p99", "poll_gap_ns.p99.99", "poll_gap_ns.max", "burst_time_ns.max",
            "ring_dwell_ns.max");
        assertThat(summary).containsEntry("packets", Integer.toString(SAMPLE_FRAMES))
            .containsEntry("flows", Integer.toString(SAMPLE_FLOWS))
            .containsEntry("alerts", Integer.toString(SAMPLE_ALERTS))
            .containsEntry("records_written", summary.get("flows"))
            .containsEntry("records_dropped", "0")
            .containsEntry("hooks_failed", "0")
            .containsEntry("hooks_timed_out", "0")
            .containsEntry("versions.java", Runtime.version().toString());
        assertThat(Long.parseLong(summary.get("peak_rss_bytes"))).isPositive();
        assertThat(Double.parseDouble(summary.get("elapsed_s"))).isPositive();
        assertThat(Double.parseDouble(summary.get("startup_s"))).isPositive();
    }

    @Test
    void shouldWriteTheSameBytesEveryTime() throws Exception {
        replaySample("--eve", "first.json");
        replaySample("--eve", "second.json", "--event-ring", "64K", "--idle-strategy", "spin");

        assertThat(folder.resolve("second.json")).hasSameBinaryContentAs(folder.resolve("first.json"));
    }

    @Test
    void shouldWriteTheSameBytesEveryTimeWithTwoScriptThreadsAndTheSameLinesAsWithOne() throws Exception {
        replaySample("--eve", "one.json");
        replaySample("--eve", "two.json", "--script-threads", "2");
        replaySample("--eve", "again.json", "--script-threads", "2");

        assertThat(folder.resolve("again.json")).hasSameBinaryContentAs(folder.resolve("two.json"));
        assertThat(Files.readAllLines(folder.resolve("two.json")))
            .containsExactlyInAnyOrderElementsOf(Files.readAllLines(folder.resolve("one.json")));
    }

    @ParameterizedTest
    @CsvSource({"2,1", "4,2"})
    void shouldFindTheSameFlowsWithSeveralWorkersAndWriteTheSameBytesEveryTime(final int workers, final int threads)
        throws Exception {

        final String[] several = {
            SAMPLE.toString(), "--workers", Integer.toString(workers), "--script-threads", Integer.toString(threads),
            "--worker-cores", "any", "--warm-up", "0"};
        replaySample("--eve", "one.json", SAMPLE.toString());
        replaySample(with(several, "--eve", "several.json", "--summary-json", "summary.json"));
        replaySample(with(several, "--eve", "again.json", "--event-ring", "64K", "--burst", "64"));

        assertThat(folder.resolve("again.json")).hasSameBinaryContentAs(folder.resolve("several.json"));
        assertThat(flows("several.json")).hasSizeGreaterThan(SAMPLE_FLOWS)
            .containsExactlyInAnyOrderElementsOf(flows("one.json"));
        assertThat(scalars(folder.resolve("summary.json")))
            .containsEntry("packets", Integer.toString(2 * SAMPLE_FRAMES)).containsEntry("records_dropped", "0");
    }

    @Test
    void shouldKeepStandardOutputToJsonLinesWhereEveGoesThere() throws Exception {
        final Run run = replaySample("--eve", "-");

        assertThat(run.exitCode()).isZero();
        assertThat(run.output()).hasSize(SAMPLE_FLOWS + SAMPLE_ALERTS + 1)
            .allMatch(line -> line.startsWith("{\"timestamp\":") && line.endsWith("}"));
        assertThat(run.errors()).anyMatch(line -> line.contains("From China"))
            .anyMatch(line -> line.startsWith("frames "));
    }

    @Test
    void shouldPrintNothingButScriptTextWhereQuiet() throws Exception {
        final Run run = replaySample("--quiet");

        assertThat(run.exitCode()).isZero();
        assertThat(run.errors()).isEmpty();
        assertThat(run.output()).hasSize(4).allMatch(line -> line.contains("From China"));
    }

    @Test
    void shouldReplaySeveralFilesOneAfterTheOther() throws Exception {
        final Run run = replay(SAMPLE.toString(), SAMPLE.toString(), "--scripts", SCRIPTS.toString());

        assertThat(run.exitCode()).isZero();
        assertThat(run.output()).contains("Read 2 files")
            .anyMatch(line -> line.startsWith("frames   2,066 received = "));
    }

    @Test
    void shouldReadStandardInputAsItReadsTheFile() throws Exception {
        replaySample("--eve", "file.json");
        final Process process = MillraceProcess.builder(folder, Map.of(), "replay", "-", "--quiet", "--scripts",
            SCRIPTS.toString(), "--eve", "input.json").redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(folder.resolve("errors").toFile()).start();
        try (OutputStream input = process.getOutputStream()) {
            Files.copy(SAMPLE, input);
        }

        assertThat(process.waitFor()).isZero();
        assertThat(folder.resolve("errors")).isEmptyFile();
        assertThat(folder.resolve("input.json")).hasSameBinaryContentAs(folder.resolve("file.json"));
    }

    @Test
    void shouldReadATruncatedCaptureToItsEndAndSaySo() throws Exception {
        final byte[] sample = Files.readAllBytes(SAMPLE);
        final Path cut = Files.write(folder.resolve("cut.pcap"), Arrays.copyOf(sample, sample.length - 7));

        final Run run = replay(cut.toString(), "--scripts", SCRIPTS.toString());

        assertThat(run.exitCode()).isZero();
        assertThat(run.errors()).singleElement().asString()
            .startsWith("millrace: capture file is cut or damaged: " + cut).contains("after packet 1032");
        assertThat(run.output()).anyMatch(line -> line.startsWith("frames   1,032 received = "));
    }

    @Test
    void shouldRecordFlowsWithoutAnyScript() throws Exception {
        final Path empty = Files.createDirectory(folder.resolve("none"));

        final Run run = replay(SAMPLE.toString(), "--scripts", empty.toString(), "--eve", "eve.json");

        assertThat(run.exitCode()).isZero();
        assertThat(run.errors()).singleElement().asString().startsWith("millrace: no scripts: ");
        assertThat(Files.readAllLines(folder.resolve("eve.json"))).hasSize(SAMPLE_FLOWS + 1);
    }

    @Test
    void shouldRunTheOtherScriptsWhereOneDoesNotLoadAndOneFails() throws Exception {
        final Path scripts = Files.createDirectory(folder.resolve("scripts"));
        Files.copy(SCRIPTS.resolve("suspicious_countries.lua"), scripts.resolve("suspicious_countries.lua"));
        Files.writeString(scripts.resolve("broken.lua"), "syntax error");
        Files.writeString(scripts.resolve("failing.lua"), """
            local script = { hooks = {}, gui = { i18n_title = "Failing" } }
            function script.hooks.flowEnd(now)
                error("out of order")
            end
            return script
            """);

        final Run run = replay(SAMPLE.toString(), "--scripts", scripts.toString());

        assertThat(run.exitCode()).isZero();
        assertThat(run.errors()).satisfiesExactly(
            line -> assertThat(line).contains("broken.lua:1: error: "),
            line -> assertThat(line).contains("failing.lua:3: error: out of order"));
        assertThat(run.output()).filteredOn(line -> line.contains("From China")).hasSize(4);
        assertThat(run.output()).anyMatch(line -> line.contains(" + " + SAMPLE_FLOWS + " failed + "));
    }

    @Test
    void shouldNotRunAScriptThatIsSwitchedOff() throws Exception {
        Files.writeString(folder.resolve("off.json"), "{\"suspicious_countries\": false}");

        final Run run = replaySample("--script-config", "off.json");

        assertThat(run.exitCode()).isZero();
        assertThat(run.output()).noneMatch(line -> line.contains("From China"))
            .anyMatch(line -> line.startsWith("hooks    0 due"));
    }

    @ParameterizedTest
    @CsvSource({"--eve, /missing/eve.json", "--summary-json, /missing/summary.json"})
    void shouldRefuseAnOutputThatCannotBeWritten(final String flag, final String path) throws Exception {
        final Run run = replaySample(flag, path);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.output()).isEmpty();
        assertThat(run.errors()).singleElement().asString().startsWith("millrace: ").contains(path);
    }

    @Test
    void shouldEndWithErrorsFoundWhereTheDiskIsFull() throws Exception {
        final Run run = replaySample("--eve", "/dev/full", "--summary-json", "summary.json");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.errors()).singleElement().asString()
            .contains("/dev/full", SAMPLE_FLOWS + " flow records and " + SAMPLE_ALERTS + " alerts were dropped");
        assertThat(scalars(folder.resolve("summary.json")))
            .containsEntry("records_written", "0")
            .containsEntry("records_dropped", Integer.toString(SAMPLE_FLOWS));
    }

    @Test
    void shouldEndWithErrorsFoundWhereTheSummaryDoesNotFit() throws Exception {
        final Run run = replaySample("--summary-json", "/dev/full");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.errors()).singleElement().asString().contains("--summary-json: cannot write: /dev/full");
    }

    @Test
    void shouldNameTheCoreThatIsNotThere() throws Exception {
        final Run run = replaySample("--worker-cores", "1023");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors()).singleElement().asString()
            .startsWith("millrace: --worker-cores: there is no core 1023");
    }

    @Test
    void shouldSayInOneLineThatAnArgumentFileCannotBeRead() throws Exception {
        final Run run = MillraceProcess.run(folder, Map.of(), "replay", "@" + folder);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors()).singleElement().asString()
            .isEqualTo("millrace: argument file cannot be read: " + folder + ": name a file that holds arguments");
    }

    @Test
    void shouldTakeItsFlagsFromTheEnvironment() throws Exception {
        final Run run = MillraceProcess.run(
            folder, Map.of("MILLRACE_SCRIPTS", SCRIPTS.toString(), "MILLRACE_EVE", "eve.json"),
            "replay", SAMPLE.toString());

        assertThat(run.exitCode()).isZero();
        assertThat(folder.resolve("eve.json")).isNotEmptyFile();
    }

    @Test
    void shouldReplayWithDetectionSwitchedOff() throws Exception {
        final Run run = replaySample("--detect-packets", "0");

        assertThat(run.exitCode()).isZero();
        assertThat(run.output()).anyMatch(line -> line.startsWith("flows    " + SAMPLE_FLOWS + " created"));
    }

    @Test
    void shouldCountTheEventsThatItSkipsRatherThanWait() throws Exception {
        final List<String> arguments = new ArrayList<>(List.of(
            "--scripts", SCRIPTS.toString(), "--overflow", "drop", "--event-ring", "64K", "--script-threads", "2"));
        arguments.addAll(Collections.nCopies(20, SAMPLE.toString()));

        final Run run = replay(arguments.toArray(String[]::new));

        assertThat(run.exitCode()).isZero();
        assertThat(run.errors()).isEmpty();
        assertThat(run.output()).anyMatch(line -> line.startsWith("frames   20,660 received = "))
            .noneMatch(line -> line.contains("does not add up"));
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void shouldWriteWhatItHoldsWhenStopped(final String signal, final int expected) throws Exception {
        // More output than rings and pipe can hold, and more packets than are read before the signal comes through.
        final int files = 400;
        final int repetitions = 50;
        final Path capture = repeatedSample(repetitions);
        final List<String> arguments = new ArrayList<>(List.of(
            "replay", "--scripts", SCRIPTS.toString(), "--event-ring", "64K", "--eve", "-", "--summary-json",
            "summary.json"));
        arguments.addAll(Collections.nCopies(files, capture.toString()));
        final Process process = MillraceProcess.builder(folder, Map.of(), arguments.toArray(String[]::new))
            .redirectError(folder.resolve("errors").toFile()).start();

        final long records;
        try (BufferedReader output = process.inputReader(UTF_8)) {
            assertThat(output.readLine()).startsWith("{");
            final Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
            assertThat(kill.waitFor()).isZero();
            records = output.lines().filter(line -> line.contains("\"event_type\":\"flow\"")).count();
        }

        assertThat(process.waitFor()).isEqualTo(expected);
        assertThat(Files.readAllLines(folder.resolve("errors")))
            .anyMatch(line -> line.startsWith("Stopped by a signal after "))
            .noneMatch(line -> line.contains("cut or damaged"));
        final Map<String, String> summary = scalars(folder.resolve("summary.json"));
        assertThat(Long.parseLong(summary.get("packets"))).isPositive()
            .isLessThan((long) files * repetitions * SAMPLE_FRAMES);
        assertThat(Long.parseLong(summary.get("records_written"))).isEqualTo(Long.parseLong(summary.get("flows")));
        assertThat(records).isPositive();
    }

    /** The sample's packets many times over in one file. */
    private Path repeatedSample(final int times) throws IOException {
        final byte[] sample = Files.readAllBytes(SAMPLE);
        final Path repeated = folder.resolve("repeated.pcap");
        try (OutputStream out = Files.newOutputStream(repeated)) {
            out.write(sample, 0, PCAP_HEADER_LENGTH);
            for (int i = 0; i < times; i++) {
                out.write(sample, PCAP_HEADER_LENGTH, sample.length - PCAP_HEADER_LENGTH);
            }
        }
        return repeated;
    }

    private static String[] with(final String[] first, final String... more) {
        return Stream.concat(Arrays.stream(first), Arrays.stream(more)).toArray(String[]::new);
    }

    /** Ends, packets, bytes and start of each flow; when its end was noticed depends on what its worker had to do. */
    private List<String> flows(final String eve) throws IOException {
        return Files.readAllLines(folder.resolve(eve)).stream()
            .map(FLOW::matcher).filter(Matcher::find).map(flow -> flow.group(1) + flow.group(2)).toList();
    }

    private Run replaySample(final String... flags) throws Exception {
        return replay(Stream.concat(
            Stream.of(SAMPLE.toString(), "--scripts", SCRIPTS.toString()), Stream.of(flags)).toArray(String[]::new));
    }

    private Run replay(final String... arguments) throws Exception {
        return MillraceProcess.run(
            folder, Map.of(), Stream.concat(Stream.of("replay"), Stream.of(arguments)).toArray(String[]::new));
    }

    private static long number(final String grouped) {
        return Long.parseLong(grouped.replace(",", ""));
    }

    /** All numbers and texts of a JSON file by their path, with dots. */
    private static Map<String, String> scalars(final Path file) throws IOException {
        final Map<String, String> scalars = new HashMap<>();
        try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
            String prefix = "";
            JsonToken token = json.nextToken();
            while (token != null) {
                if (token == JsonToken.START_OBJECT && json.currentName() != null) {
                    prefix = json.currentName() + ".";
                } else if (token == JsonToken.END_OBJECT) {
                    prefix = "";
                } else if (token.isScalarValue()) {
                    scalars.put(prefix + json.currentName(), json.getText());
                }
                token = json.nextToken();
            }
        }
        return scalars;
    }
}
