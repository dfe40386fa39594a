package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static io.millrace.script.lua.ScriptHarness.hook;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Functions that are closed to scripts, and folders that are not. */
class BlockedFunctionsTest {
    @TempDir
    private Path folder;

    @Test
    void shouldCountWhatIsBlocked() {
        try (ScriptHarness harness = ScriptHarness.with(hook("protocolDetected", """
            for _, f in ipairs({ os.execute, os.getenv, os.remove, os.rename, os.tmpname, os.exit, io.open, io.popen,
                    io.lines, io.read, io.tmpfile, dofile, loadfile, string.dump, package.loadlib, debug.sethook,
                    debug.getregistry }) do
                assert(not pcall(f, "x"))
            end
            assert(not pcall(require, "ffi"))
            assert(not load("\\27LJ"))
            assert(not pcall(collectgarbage, "stop"))
            """))) {
            harness.run(event(PROTOCOL_DETECTED, 1));
            assertThat(harness.problems()).isEmpty();
            assertThat(harness.host().functionsBlocked()).isEqualTo(20);
            assertThat(harness.host().hooksRun()).isEqualTo(1);
        }
    }

    @Test
    void shouldOpenNamedFoldersOnly() throws IOException {
        final Path open = Files.createDirectory(folder.resolve("open")).toRealPath();
        final Path closed = Files.createDirectory(folder.resolve("open-not")).toRealPath();
        Files.writeString(open.resolve("in.txt"), "inside");
        Files.writeString(closed.resolve("out.txt"), "outside");
        Files.createSymbolicLink(open.resolve("leak.txt"), closed.resolve("out.txt"));
        Files.createSymbolicLink(open.resolve("nowhere.txt"), closed.resolve("new.txt"));
        final MachineSettings settings = new MachineSettings(24L << 20, Witness.DEADLINE_NS, Set.of("io=" + open),
            Map.of(), 30, 60_000_000_000L, 1 << 20, true);
        try (ScriptHarness harness = ScriptHarness.with(settings, hook("protocolDetected", """
            local open, closed = "%1$s", "%2$s"
            assert(io.open(open .. "/in.txt"):read("*a") == "inside")
            local file = assert(io.open(open .. "/made.txt", "w"))
            file:write("made") file:close()
            assert(getmetatable(file) == false)
            for line in io.lines(open .. "/made.txt") do assert(line == "made") end
            assert(io.open(open .. "/absent.txt") == nil)
            for _, path in ipairs({ closed .. "/out.txt", open .. "/../open-not/out.txt", open .. "/leak.txt",
                    open .. "/nowhere.txt", open .. "/..", "/etc/passwd", "", open .. "/in.txt\\0",
                    "/proc/self/mem" }) do
                local file, words, number = io.open(path)
                assert(file == nil and number == 13, path)
                assert(words == path .. ": lies in no folder that is open to flow scripts; to open it, add it to "
                    .. "--allow-script io=FOLDER", words)
                assert(io.open(path, "w") == nil, path)
                local lines, problem = pcall(io.lines, path)
                assert(not lines and problem == words, problem)
                local chunk, reason = loadfile(path)
                assert(chunk == nil and reason == words, reason)
            end
            assert(not pcall(io.popen, "true") and not pcall(io.tmpfile) and not pcall(os.remove, open .. "/in.txt"))
            io.write("done")
            """.formatted(open, closed)))) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).as("%s", harness.problems()).isEqualTo("done");
            assertThat(Files.exists(closed.resolve("new.txt"))).isFalse();
            assertThat(Files.readString(open.resolve("made.txt"))).isEqualTo("made");
            assertThat(harness.host().functionsBlocked()).isEqualTo(9 * 4 + 3);
        }
    }
}
