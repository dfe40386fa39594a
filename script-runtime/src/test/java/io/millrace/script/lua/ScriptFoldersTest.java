package io.millrace.script.lua;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptFoldersTest {
    @TempDir
    Path folder;

    private final List<Finding> findings = new ArrayList<>();

    @BeforeEach
    void layOut() throws IOException {
        for (final String name : List.of(
            "own.lua", "alerts/raised.lua", ".hidden.lua", "notes.txt", "deeper/not_a_script_folder.lua",
            "modules/shared.lua",
            "scripts/callbacks/interface/flow/early.lua", "scripts/callbacks/interface/flow/alerts/early_alert.lua",
            "scripts/callbacks/interface/host/other.lua",
            "scripts/plugins/web/user_scripts/flow/web.lua", "scripts/plugins/web/user_scripts/host/host.lua",
            "scripts/plugins/group/dns/user_scripts/flow/dns.lua",
            "scripts/plugins/group/dns/modules/dns_names.lua",
            "scripts/callbacks/checks/flows/custom_flow_end_script.lua",
            "scripts/callbacks/checks/flows/built_in.lua")) {
            Files.createDirectories(folder.resolve(name).getParent());
            Files.writeString(folder.resolve(name), "return {}");
        }
    }

    @Test
    void shouldFindTheScriptsOfAllGenerationsBelowAFolderInOneOrder() {
        assertThat(keys(folder)).containsExactly(
            "own", "raised", "custom_flow_end_script", "early", "early_alert", "dns", "web");
        assertThat(findings).isEmpty();
    }

    @Test
    void shouldTakeAnyPartOfSuchALayout() {
        assertThat(keys(folder.resolve("scripts/plugins"))).containsExactly("dns", "web");
        assertThat(keys(folder.resolve("scripts/plugins/web"))).containsExactly("web");
        assertThat(keys(folder.resolve("scripts/plugins/web/user_scripts/flow"))).containsExactly("web");
        assertThat(keys(folder.resolve("scripts/callbacks/interface"))).containsExactly("early", "early_alert");
    }

    @Test
    void shouldReadAFileOnceThatIsReachedTwice() {
        assertThat(keys(folder.resolve("own.lua"), folder, folder.resolve("scripts"))).containsExactly(
            "own", "raised", "custom_flow_end_script", "early", "early_alert", "dns", "web");
    }

    @Test
    void shouldKnowWhichScriptsLieInAlerts() {
        assertThat(ScriptFolders.read(List.of(folder), findings)).filteredOn(ScriptSource::inAlerts)
            .extracting(ScriptSource::key).containsExactly("raised", "early_alert");
    }

    @Test
    void shouldTellWhatCannotBeRead() {
        assertThat(keys(folder.resolve("missing.lua"))).isEmpty();
        assertThat(findings).extracting(Finding::toString)
            .containsExactly(folder.resolve("missing.lua") + ": error: cannot read the script: no such file or folder");
    }

    @Test
    void shouldTellWhatIsNamedLikeAScriptAndIsNone() throws IOException {
        final Path link = Files.createSymbolicLink(folder.resolve("link.lua"), Path.of("nowhere.lua"));
        final Path loop = Files.createSymbolicLink(folder.resolve("loop.lua"), Path.of("loop.lua"));
        final Path directory = Files.createDirectory(folder.resolve("directory.lua"));
        assertThat(keys(folder)).contains("own", "raised").doesNotContain("link", "loop", "directory");
        assertThat(findings).extracting(Finding::toString).containsExactly(
            directory + ": warning: passed over: a folder, though it is named like a script",
            link + ": warning: passed over: the link leads nowhere",
            loop + ": warning: passed over: the link leads nowhere");
    }

    @Test
    void shouldNotReadWhatIsFarTooLongForAScript() throws IOException {
        final Path giant = folder.resolve("giant.lua");
        try (var file = new java.io.RandomAccessFile(giant.toFile(), "rw")) {
            file.setLength(20L << 20);
        }
        assertThat(keys(folder)).doesNotContain("giant");
        assertThat(findings).extracting(Finding::toString)
            .containsExactly(giant + ": error: cannot read the script: it is"
            + " 20 MiB long, a script has 16 at most: keep data in files of their own, or in the shared store");
    }

    private List<String> keys(final Path... paths) {
        return ScriptFolders.read(List.of(paths), findings).stream().map(ScriptSource::key).toList();
    }
}
