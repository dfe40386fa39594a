package io.millrace.script.lua;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.FlowEventKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds docs/flow-scripts.md to what scripts find in the machine. */
final class FlowScriptsDocumentTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "flow-scripts.md");
    private static final Pattern LUA_BLOCK = Pattern.compile("(?ms)^```lua\\R(.*?)^```$");

    @TempDir
    Path folder;

    static Stream<Arguments> blocks() throws IOException {
        final List<Arguments> blocks = new ArrayList<>();
        LUA_BLOCK.matcher(Files.readString(DOCUMENT)).results()
            .forEach(block -> blocks.add(Arguments.of(blocks.size() + 1, block.group(1))));
        return blocks.stream();
    }

    @ParameterizedTest(name = "script {0}")
    @MethodSource("blocks")
    void shouldShowScriptsThatLoadWithoutAFinding(final int number, final String text) throws IOException {
        final Path script = Files.writeString(folder.resolve("script.lua"), text);
        final ScriptCheck check = ScriptCheck.check(List.of(script), ScriptHarness.names(), MachineSettings.forCheck());
        assertThat(check.findings()).as("script %d", number).isEmpty();
        assertThat(check.scripts()).singleElement()
            .satisfies(loaded -> assertThat(loaded.state()).isEqualTo(ScriptDescription.State.ENABLED));
    }

    @Test
    void shouldFindEveryScriptOfTheDocument() throws IOException {
        assertThat(blocks().count()).isPositive()
            .isEqualTo(Files.readString(DOCUMENT).lines().filter("```lua"::equals).count());
    }

    @Test
    void shouldDescribeTheFlowFunctionsAsTheirTableDoes() throws IOException {
        final String chapter = chapter("## 3. The flow functions", "## 4. Modules and globals");
        try (ScriptHarness harness = ScriptHarness.with(ScriptHarness.hook("flowEnd", ""))) {
            assertThat(chapter.substring(chapter.indexOf("### Who")).stripTrailing())
                .isEqualTo(harness.host().flowReference().stripTrailing());
        }
    }

    @Test
    void shouldListExactlyTheStatusesThatThereAreWithTheirTitles() throws IOException {
        final String row = "io.write('| ', id, ' | ', tostring(status.status_key or ''), ' | `', key, '` | ', "
            + "status.prio, ' | ', status.alert_severity.i18n_title, ' | `', "
            + "require('alert_consts').alertTypeRaw(status.alert_type.alert_id), '` | ', "
            + "flow_consts.getStatusTitle(id), ' |\\n')";
        final String script = ScriptHarness.hook("flowEnd", """
            for id = 0, 63 do
                local key, status = flow_consts.getStatusType(id), flow_consts.getStatusInfo(id)
                if status then
                    %s
                end
            end
            """.formatted(row));
        try (ScriptHarness harness = ScriptHarness.with(script)) {
            final String rows = harness.run(EventBuilder.event(FlowEventKind.FLOW_END, 1));
            final String chapter = chapter("## 5. Statuses, scores, alerts", "### An alert");
            assertThat(chapter.lines().filter(line -> line.matches("\\| \\d+ \\|.*"))).isNotEmpty()
                .containsExactlyElementsOf(rows.lines().toList());
        }
    }

    @Test
    void shouldNameEveryModuleAndGlobal() throws IOException {
        final String chapter = chapter("## 4. Modules and globals", "## 5. Statuses, scores, alerts");
        final String standard = "_G _VERSION assert bit collectgarbage coroutine debug dofile error flow getmetatable "
            + "interface io ipairs load loadfile loadstring math next ntop os package pairs pcall rawequal rawget "
            + "rawset require select setmetatable string table tonumber tostring type unpack xpcall MAX_TRACE_LEVEL "
            + "TRACE_LEVEL TRACE_CONSOLE TRACE_WEB resetTraceLevel";
        final String script = ScriptHarness.hook("flowEnd", """
            for _, of in ipairs({ _G, ntop, interface }) do
                for name in pairs(of) do io.write(name, '\\n') end
            end
            """);
        try (ScriptHarness harness = ScriptHarness.with(script)) {
            final List<String> names = harness
                .run(EventBuilder.event(FlowEventKind.FLOW_END, 1)).lines()
                .filter(name -> !Arrays.asList(standard.split(" ")).contains(name)).toList();
            assertThat(names).hasSizeGreaterThan(60)
                .allSatisfy(name -> assertThat(chapter).containsPattern("`" + Pattern.quote(name) + "\\b"));
        }
    }

    private static String chapter(final String from, final String to) throws IOException {
        final String document = Files.readString(DOCUMENT, UTF_8);
        assertThat(document).containsOnlyOnce("\n" + from + "\n").contains("\n" + to + "\n");
        return document.substring(document.indexOf("\n" + from + "\n"), document.indexOf("\n" + to + "\n"));
    }
}
