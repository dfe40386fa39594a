package io.millrace.script.lua;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.FlowEventKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds docs/script-library.md to the scripts of the library. */
final class ScriptLibraryDocumentTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "script-library.md");
    private static final Path LIBRARY = Path.of("src", "main", "scripts", "library");
    private static final Pattern SECTION = Pattern.compile("(?ms)^### (\\w+)$(.*?)(?=^##|\\z)");

    /** Prints, tab-separated, what each script of the list says of itself, values as the document shows them. */
    private static final String DESCRIBE = """
        local function text(value)
            if type(value) == "number" then
                local digits, count = ("%%.14g"):format(value), 1
                while count > 0 do
                    digits, count = digits:gsub("^(%%d+)(%%d%%d%%d)", "%%1 %%2", 1)
                end
                return digits
            elseif type(value) ~= "table" then
                return "`" .. tostring(value) .. "`"
            elseif next(value) == nil then
                return "empty"
            end
            local parts = {}
            for key, item in pairs(value) do
                parts[#parts + 1] = type(key) == "number" and "`" .. item .. "`" or "`" .. key .. "`: " .. text(item)
            end
            if value[1] == nil then
                table.sort(parts)
                return table.concat(parts, "; ")
            end
            return table.concat(parts, ", ")
        end

        local script = { hooks = {} }
        function script.hooks.flowEnd()
            for key in ("%s"):gmatch("%%S+") do
                local of = require(key)
                local hooks = {}
                for _, name in ipairs({ "protocolDetected", "statusChanged", "periodicUpdate", "flowEnd", "all" }) do
                    hooks[#hooks + 1] = of.hooks[name] and "`" .. name .. "`" or nil
                end
                io.write(table.concat({ "script", key, of.gui.i18n_title, of.gui.i18n_description,
                    of.default_enabled and "on" or "off", table.concat(hooks, ", ") }, "\\t"), "\\n")
                for name, value in pairs(of.default_value) do
                    io.write(table.concat({ "setting", key, name, text(value), of.gui.settings[name] or "" }, "\\t"),
                        "\\n")
                end
                for name in pairs(of.gui.settings) do
                    assert(of.default_value[name] ~= nil, key .. " describes " .. name .. " and has none")
                end
                assert(of.category, key .. " has no category")
            end
        end
        return script
        """;

    @TempDir
    Path folder;

    private final List<List<String>> scripts = new ArrayList<>();
    private final Map<String, List<List<String>>> settings = new TreeMap<>();
    private String document;

    @BeforeEach
    void readScriptsAndDocument() throws IOException {
        document = Files.readString(DOCUMENT, UTF_8);
        final Path modules = Files.createDirectory(folder.resolve("modules"));
        final List<String> keys = new ArrayList<>();
        try (Stream<Path> files = Files.walk(LIBRARY)) {
            for (final Path file : files.filter(path -> path.toString().endsWith(".lua")).sorted().toList()) {
                final String name = file.getFileName().toString();
                Files.copy(file, modules.resolve(name));
                if (file.getParent().equals(LIBRARY)) {
                    keys.add(name.substring(0, name.length() - ".lua".length()));
                }
            }
        }
        final ScriptSource source = new ScriptSource(folder.resolve("describe.lua"), "describe", false,
            DESCRIBE.formatted(String.join(" ", keys)).getBytes(UTF_8));
        try (ScriptHarness harness = ScriptHarness.ofSources(List.of(source))) {
            final String output = harness.run(EventBuilder.event(FlowEventKind.FLOW_END, 1));
            assertThat(harness.problems()).isEmpty();
            for (final String line : output.lines().toList()) {
                final List<String> fields = List.of(line.split("\t", -1));
                if ("script".equals(fields.getFirst())) {
                    scripts.add(fields);
                } else {
                    settings.computeIfAbsent(fields.get(1), key -> new ArrayList<>()).add(fields);
                }
            }
        }
        assertThat(scripts).extracting(fields -> fields.get(1)).containsExactlyElementsOf(keys).hasSizeGreaterThan(20);
    }

    @Test
    void shouldHaveASectionForEachScriptAndForNothingElse() {
        assertThat(sections().keySet())
            .containsExactlyElementsOf(scripts.stream().map(fields -> fields.get(1)).toList());
    }

    @Test
    void shouldListEachScriptWithItsTitleAndWhetherItIsOn() {
        final List<String> rows = document.lines().filter(line -> line.startsWith("| [`")).toList();

        assertThat(rows).containsExactlyInAnyOrderElementsOf(scripts.stream()
            .map(fields -> "| [`%s`](#%s) | %s | %s |"
                .formatted(fields.get(1), fields.get(1), fields.get(2), fields.get(4)))
            .toList());
    }

    @Test
    void shouldSayOfEachScriptWhatItReportsAndInWhichHooks() {
        final Map<String, String> sections = sections();
        for (final List<String> script : scripts) {
            assertThat(sections.get(script.get(1))).as(script.get(1))
                .matches(section -> section.strip().replace('\n', ' ').startsWith(script.get(3) + ". "))
                .contains("\n| at first | " + script.get(4) + " |\n")
                .contains("\n| hooks | " + script.get(5) + " |\n")
                .containsPattern("\n\\| facts \\| .{10,} \\|\n").containsPattern("\n\\| cost \\| .{10,} \\|\n");
        }
    }

    @Test
    void shouldListTheSettingsOfEachScriptWithTheirValuesAndMeaning() {
        final Map<String, String> sections = sections();
        for (final List<String> script : scripts) {
            final String key = script.get(1);
            final List<String> expected = settings.get(key).stream()
                .map(fields -> "| `%s` | %s | %s |".formatted(fields.get(2), fields.get(3), fields.get(4))).sorted()
                .toList();
            assertThat(sections.get(key).lines().filter(line -> line.startsWith("| `"))).as(key)
                .containsExactlyElementsOf(expected);
            assertThat(settings.get(key)).as(key).allSatisfy(fields -> assertThat(fields.get(4)).isNotEmpty());
        }
    }

    @Test
    void shouldHaveAScriptForEachStatusThatAScriptCanSet() throws IOException {
        // Set by what is not here (an alerted interface, a bridge), by what never happens here, or by
        // users' own scripts.
        final List<String> others = List.of(
            "normal", "flow_when_interface_alerted", "blocked", "not_purged", "custom_status_1", "custom_status_2",
            "custom_status_3", "custom_status_4", "custom_status_5");
        final String script = ScriptHarness.hook("flowEnd", """
            for key, status in pairs(flow_consts.status_types) do
                if status.status_id <= 30 or status.status_id >= 59 then
                    io.write((key:gsub("^status_", "")), "\\n")
                end
            end
            """);
        try (ScriptHarness harness = ScriptHarness.with(script)) {
            assertThat(harness.run(EventBuilder.event(FlowEventKind.FLOW_END, 1)).lines()
                .filter(key -> !others.contains(key)))
                .containsExactlyInAnyOrderElementsOf(scripts.stream().map(fields -> fields.get(1)).toList());
        }
    }

    private Map<String, String> sections() {
        return SECTION.matcher(document).results().collect(Collectors.toMap(
            match -> match.group(1), match -> match.group(2), (first, second) -> first + second, TreeMap::new));
    }
}
