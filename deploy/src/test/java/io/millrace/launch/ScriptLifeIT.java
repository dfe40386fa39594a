package io.millrace.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens to scripts around and during a run of the packaged program. */
@Timeout(300)
class ScriptLifeIT {
    private static final Path SAMPLE = Path.of("sample/sample.pcap").toAbsolutePath();
    private static final int SAMPLE_FLOWS = 52;

    @TempDir
    private Path folder;

    @BeforeEach
    void makeScriptFolder() throws IOException {
        Files.createDirectory(folder.resolve("scripts"));
    }

    @Test
    void shouldHandTheAlertsOfAnotherProgramToTheirFlows() throws Exception {
        script("alerts.lua", """
            return { hooks = { flowEnd = function()
                local from, to = flow.getClientIp(), flow.getServerIp()
                io.write(('{"src_ip":"%s","src_port":%d,"dest_ip":"%s","dest_port":%d,"proto":"%s",'
                    .. '"alert":{"n":"%s"}}\\n'):format(from, flow.cli_port(), to, flow.srv_port(),
                        flow.getInfo()["proto.l4"], from .. to))
            end } }
            """);
        final List<String> lines = new ArrayList<>(replay("--quiet").output());
        assertThat(lines).hasSizeGreaterThanOrEqualTo(SAMPLE_FLOWS);
        final int alerts = lines.size();
        lines.add("garbage");
        lines.add(lines.getFirst().replaceAll("\"src_port\":\\d+", "\"src_port\":1"));
        Files.write(folder.resolve("alerts.json"), lines);
        script("alerts.lua", """
            return { hooks = { flowEnd = function()
                local text = flow.retrieveExternalAlertInfo()
                if text then
                    assert(require("dkjson").decode(text).alert.n == flow.getClientIp() .. flow.getServerIp())
                    io.write("taken\\n")
                end
            end } }
            """);
        final MillraceProcess.Run run = replay("--external-alerts", "alerts.json");
        assertThat(run.exitCode()).isZero();
        assertThat(run.errors()).containsExactly("millrace: external alerts: alerts.json: line " + (alerts + 1)
            + ": no valid JSON: correct what writes it");
        final long taken = run.output().stream().filter("taken"::equals).count();
        assertThat(taken).isGreaterThan(SAMPLE_FLOWS - 10);
        assertThat(run.output()).anyMatch(line -> line.startsWith("external " + (alerts + 2) + " lines = " + taken
            + " taken by scripts + ")).noneMatch(line -> line.contains("does not add up"));
    }

    @Test
    void shouldRefuseToRunWithValuesThatAScriptDoesNotDeclare() throws Exception {
        script("limits.lua", "return { default_value = { bytes = 5 }, hooks = { flowEnd = function() end } }");
        Files.writeString(folder.resolve("settings.json"), "{\"limits\": {\"values\":\n{\"bytes\": \"many\"}}}");

        final MillraceProcess.Run run = replay("--script-config", "settings.json");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors()).containsExactly("millrace: scripts: settings.json:2: error: script 'limits': value "
            + "'bytes' must be a number such as 5, not a string");
    }

    @Test
    void shouldExchangeAScriptDuringTheRunWithoutLosingAFlow() throws Exception {
        final int files = 150;
        // The old script is so slow that the run meets the new one.
        script("says.lua", saying("old", 600_000));
        final List<String> arguments = new ArrayList<>(List.of(
            "replay", "--scripts", "scripts", "--watch-scripts", "--event-ring", "64K", "--summary-json",
            "summary.json", "--quiet"));
        arguments.addAll(Collections.nCopies(files, SAMPLE.toString()));
        final Path errors = folder.resolve("errors");
        final Process process = MillraceProcess.builder(folder, Map.of(), arguments.toArray(String[]::new))
            .redirectError(errors.toFile()).start();
        final List<String> lines = new ArrayList<>();
        try (BufferedReader output = process.inputReader(UTF_8)) {
            lines.add(output.readLine());
            script("says.lua", saying("new", 1));
            output.lines().forEach(lines::add);
        }
        assertThat(process.waitFor()).isZero();
        assertThat(Files.readAllLines(errors)).containsExactly("millrace: scripts reloaded: 1 of 1 run");
        final int oldFlows = lines.indexOf("old ended after " + lines.stream().filter("old"::equals).count());
        assertThat(oldFlows).isPositive();
        final Matcher summary = Pattern.compile("\"flows\" : (\\d+)").matcher(
            Files.readString(folder.resolve("summary.json")));
        assertThat(summary.find()).isTrue();
        final int newFlows = Integer.parseInt(summary.group(1)) - oldFlows;
        assertThat(lines.subList(0, oldFlows)).containsOnly("old");
        assertThat(lines.subList(oldFlows + 1, lines.size() - 1)).hasSize(newFlows).containsOnly("new");
        assertThat(lines).last().isEqualTo("new ended after " + newFlows);
    }

    @Test
    void shouldGiveMatchPacketsFromTheReloadOnThatFirstNamesTheFunction() throws Exception {
        script("says.lua", saying("old", 600_000));
        final List<String> arguments = new ArrayList<>(List.of(
            "replay", "--scripts", "scripts", "--watch-scripts", "--event-ring", "64K", "--quiet"));
        arguments.addAll(Collections.nCopies(150, SAMPLE.toString()));
        final Path errors = folder.resolve("errors");
        final Process process = MillraceProcess.builder(folder, Map.of(), arguments.toArray(String[]::new))
            .redirectError(errors.toFile()).start();
        final List<String> lines = new ArrayList<>();
        try (BufferedReader output = process.inputReader(UTF_8)) {
            lines.add(output.readLine());
            script("says.lua", """
                return { l7_proto = "http", hooks = { flowEnd = function()
                    local match = flow.getnDPIMatchPacket()
                    io.write((match.payload or "none"):match("^%w+"), "\\n")
                end } }
                """);
            output.lines().forEach(lines::add);
        }
        assertThat(process.waitFor()).isZero();
        assertThat(Files.readAllLines(errors)).containsExactly("millrace: scripts reloaded: 1 of 1 run");
        // Flows that began before the reload have none, and one flow in each file that is a SYN without an answer.
        assertThat(lines).filteredOn(line -> line.equals("GET") || line.equals("POST")).hasSizeGreaterThan(10);
        assertThat(lines).last().isIn("GET", "POST", "none");
    }

    private static String saying(final String name, final int steps) {
        return """
            local flows = 0
            return {
                hooks = { flowEnd = function()
                    flows = flows + 1
                    local sum = 0
                    for i = 1, %2$d do sum = (sum + i) %% 7 end
                    io.write("%1$s\\n")
                end },
                teardown = function() io.write("%1$s ended after ", flows, "\\n") end,
            }
            """.formatted(name, steps);
    }

    private void script(final String name, final String text) throws IOException {
        Files.writeString(folder.resolve("scripts").resolve(name), text);
    }

    private MillraceProcess.Run replay(final String... flags) throws Exception {
        final List<String> arguments = new ArrayList<>(List.of("replay", SAMPLE.toString(), "--scripts", "scripts"));
        arguments.addAll(List.of(flags));
        return MillraceProcess.run(folder, Map.of(), arguments.toArray(String[]::new));
    }
}
