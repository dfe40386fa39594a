package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptsCommandTest {
    private static final String SOUND = """
        local script = { key = "sound", hooks = {}, gui = { i18n_title = "Sound", i18n_description = "Does nothing" } }
        function script.hooks.protocolDetected(now) end
        function script.hooks.flowEnd(now) end
        return script
        """;

    @TempDir
    private Path folder;

    @Test
    void shouldListTheHooksOfASoundScript() throws IOException {
        final Path script = script("sound.lua", SOUND);

        final CommandLineRun run = CommandLineRun.of("scripts", "check", script.toString());

        assertThat(run.errors()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.output()).containsExactly(script + ": ok, hooks protocolDetected, flowEnd");
    }

    @Test
    void shouldAcceptTheScriptsThatComeAlong() {
        final Path scripts = Path.of("../script-runtime/src/main/scripts/flow");

        final CommandLineRun run = CommandLineRun.of("scripts", "check", scripts.toString());

        assertThat(run.errors()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.output()).isNotEmpty().allMatch(line -> line.contains(": ok, hooks "));
    }

    @Test
    void shouldTellFileAndLineOfASyntaxError() throws IOException {
        final Path script = script("broken.lua", "local script = {}\nlocal = 3\nreturn script\n");

        assertFails(script, script + ":2: error: ");
    }

    @Test
    void shouldRefuseAScriptThatReturnsNothing() throws IOException {
        final Path script = script("nothing.lua", "local script = { hooks = {} }\n");

        assertFails(script, script.toString());
    }

    @Test
    void shouldRefuseAScriptWithoutHooks() throws IOException {
        final Path script = script("hookless.lua", "return { key = 'hookless', hooks = {} }\n");

        assertFails(script, script.toString());
    }

    @Test
    void shouldNameAnUnknownHook() throws IOException {
        final Path script = script("unknown.lua", """
            local script = { hooks = {}, gui = { i18n_title = "Unknown" } }
            function script.hooks.protocolDetected(now) end
            function script.hooks.protocolDetekted(now) end
            return script
            """);

        assertThat(CommandLineRun.of("scripts", "check", script.toString()).errors())
            .singleElement().asString().contains(script.toString(), "protocolDetekted");
    }

    @Test
    void shouldLetAScriptReachWhatIsAllowed() throws IOException {
        final Path script = script("home.lua", """
            local home = os.getenv("HOME")
            local script = { hooks = {}, gui = { i18n_title = "Home" } }
            function script.hooks.flowEnd(now) return home end
            return script
            """);

        assertThat(CommandLineRun.of("scripts", "check", script.toString()).errors())
            .singleElement().asString().contains("home.lua:1: error: ", "--allow-script os");
        assertThat(CommandLineRun.of("scripts", "check", "--allow-script", "os", script.toString()).output())
            .containsExactly(script + ": ok, hooks flowEnd");
    }

    @Test
    void shouldRefuseAReachThatDoesNotExist() throws IOException {
        final CommandLineRun run = CommandLineRun.of(
            "scripts", "check", "--allow-script", "net", script("sound.lua", SOUND).toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors()).containsExactly("millrace: --allow-script net: there are os, io and io=FOLDER,"
            + " several folders separated by colons");
    }

    @Test
    void shouldRefuseAPathThatDoesNotExist() throws IOException {
        final Path sound = script("sound.lua", SOUND);
        final String missing = folder + "/missing";

        for (final CommandLineRun run : List.of(
            CommandLineRun.of("scripts", "check", missing),
            CommandLineRun.of("scripts", "check", "--json", missing),
            CommandLineRun.of("scripts", "check", sound.toString(), missing))) {

            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.output()).isEmpty();
            assertThat(run.errors())
                .containsExactly("millrace: PATH: no such file or folder: " + missing + ": check the path");
        }
    }

    @Test
    void shouldNameTheFoldersThatHoldNoScript() {
        final CommandLineRun run = CommandLineRun.of("scripts", "check", folder.toString());

        assertThat(run.errors())
            .containsExactly("millrace: no scripts: " + folder + ": a folder's scripts end in .lua");
    }

    @Test
    void shouldSayHowToMendASettingsFileThatIsAFolder() {
        final CommandLineRun run = CommandLineRun.of(
            "scripts", "list", "--scripts", folder.toString(), "--script-config", folder.toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors()).containsExactly("millrace: --script-config: cannot be read: " + folder
            + ": Is a directory: name a JSON file that may be read");
    }

    @Test
    void shouldCheckEveryScriptOfAFolderEvenAfterABrokenOne() throws IOException {
        script("a.lua", "syntax error");
        script("b.lua", SOUND);

        final CommandLineRun run = CommandLineRun.of("scripts", "check", folder.toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.output()).anyMatch(line -> line.endsWith("b.lua: ok, hooks protocolDetected, flowEnd"));
        assertThat(run.errors()).singleElement().asString().contains("a.lua:1: error: ");
    }

    @Test
    void shouldListWhatWouldRunAndWithWhichSettings() throws IOException {
        script("sound.lua", SOUND);
        final Path config = Files.writeString(folder.resolve("config.json"), "{ \"sound\": false } // off\n");

        final CommandLineRun enabled = CommandLineRun.of("scripts", "list", "--scripts", folder.toString());
        final CommandLineRun disabled = CommandLineRun.of(
            Map.of("MILLRACE_SCRIPTS", folder.toString(), "MILLRACE_SCRIPT_MEMORY", "8M"),
            "scripts", "list", "--script-config", config.toString(), "--script-threads=3", "--allow-script=io");

        assertThat(enabled.exitCode()).isZero();
        assertThat(enabled.output()).contains(
            "sound: Sound", "    file     " + folder.resolve("sound.lua"), "    state    enabled",
            "    hooks    protocolDetected, flowEnd");
        assertThat(disabled.output()).anyMatch(line -> line.startsWith("    state    disabled"))
            .contains("3 threads, 8 MiB and 100 ms per hook each, host libraries open to scripts: io");
    }

    @Test
    void shouldListTheSettingsOfAScriptAndWhatTheUserMakesOfThem() throws IOException {
        final Path config = configured("{\"limits\": {\"enabled\": true, \"values\": {\"bytes\": 5}}}");

        final CommandLineRun run = CommandLineRun.of(
            "scripts", "list", "--scripts", folder.toString(), "--script-config", config.toString());

        assertThat(run.errors()).isEmpty();
        assertThat(run.output()).contains(
            "limits: Limits", "    state    enabled", "    settings bytes = 5 (by default 1000): of a flow",
            "             names = [\"a\",\"b\"]");
    }

    @Test
    void shouldListTheSameAsJson() throws IOException {
        final Path config = configured("{\"limits\": {\"values\": {\"bytes\": 5}}, \"none\": true}");

        final CommandLineRun run = CommandLineRun.of(
            "scripts", "list", "--json", "--scripts", folder.toString(), "--script-config", config.toString());

        assertThat(run.errors()).isEmpty();
        assertThat(String.join("", run.output()).replaceAll("\\s+", " ")).contains(
            "\"key\" : \"limits\", \"title\" : \"Limits\", \"description\" : \"\", \"source\" : \""
                + folder.resolve("limits.lua") + "\", \"state\" : \"disabled\", "
                + "\"reason\" : \"default_enabled = false\", \"hooks\" : [ \"flowEnd\" ]",
            "\"name\" : \"bytes\", \"value\" : 5, \"default\" : 1000, \"description\" : \"of a flow\"",
            "\"message\" : \"no script is named 'none': there are limits\"",
            "\"store_bytes\" : 67108864");
    }

    @Test
    void shouldSayFileScriptAndValueWhereTheConfigurationDoesNotFit() throws IOException {
        final Path config = configured("{\n\"limits\": {\"values\": {\n\"byte\": 5}}}");

        final CommandLineRun run = CommandLineRun.of(
            "scripts", "list", "--scripts", folder.toString(), "--script-config", config.toString());

        assertThat(run.errors()).containsExactly("millrace: " + config + ":3: error: script 'limits': value 'byte' is "
            + "not declared: did you mean 'bytes'? there are bytes, names");
    }

    private Path configured(final String json) throws IOException {
        script("limits.lua", """
            return { default_enabled = false, default_value = { bytes = 1000, names = { "a", "b" } },
                gui = { i18n_title = "Limits", settings = { bytes = "of a flow" } },
                hooks = { flowEnd = function() end } }
            """);
        return Files.writeString(folder.resolve("config.json"), json);
    }

    private static void assertFails(final Path script, final String expected) {
        final CommandLineRun run = CommandLineRun.of("scripts", "check", script.toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.output()).containsExactly(script + ": failed");
        assertThat(run.errors()).singleElement().asString().startsWith("millrace: ").contains(expected);
    }

    private Path script(final String name, final String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
