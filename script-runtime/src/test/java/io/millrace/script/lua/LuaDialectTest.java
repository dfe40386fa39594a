package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.script.lua.EventBuilder.event;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Lua 5.3 and 5.4 write and LuaJIT does not know: done all the same, or named with LuaJIT's spelling. */
final class LuaDialectTest {
    @ParameterizedTest
    @CsvSource(delimiter = '@', quoteCharacter = '"', value = {
        "local a = 7 // 2 @ integer division 'a // b' of Lua 5.3 is not known to LuaJIT: write math.floor(a / b)",
        "local a = 5 & 3 @ operator 'a & b' of Lua 5.3 is not known to LuaJIT: write bit.band(a, b); bits of "
            + "flow.getStatus() are read with ntop.bitmapIsSet(bits, id)",
        "local a = 5 | 3 @ operator 'a | b' of Lua 5.3 is not known to LuaJIT: write bit.bor(a, b)",
        "local a = 5 ~ 3 @ operator 'a ~ b' of Lua 5.3 is not known to LuaJIT: write bit.bxor(a, b)",
        "local a = ~5 @ operator '~a' of Lua 5.3 is not known to LuaJIT: write bit.bnot(a)",
        "local a = 1 << 3 @ operator 'a << b' of Lua 5.3 is not known to LuaJIT: write bit.lshift(a, b)",
        "local a = 8 >> 3 @ operator 'a >> b' of Lua 5.3 is not known to LuaJIT: write bit.rshift(a, b)",
        "local a <const> = 5 @ attribute '<const>' of Lua 5.3 is not known to LuaJIT: write a plain `local`",
        "local a <close> = nil @ attribute '<close>' of Lua 5.3 is not known to LuaJIT: write a plain `local`, "
            + "and close it yourself",
        "repeat if now then goto continue end local x = 1 ::continue:: until x @ <goto continue> jumps into the "
            + "scope of local 'x': declare it before the goto, or put what lies between the two into do ... end",
        "goto done local x = 1 ::done:: io.write(x) @ <goto done> jumps into the scope of local 'x': declare it before "
            + "the goto, or put what lies between the two into do ... end",
    })
    void shouldNameFileLineConstructAndSpelling(final String line, final String message) {
        try (ScriptHarness harness = ScriptHarness.with(ScriptHarness.hook("flowEnd", line))) {
            assertThat(harness.host().findings()).singleElement().satisfies(finding -> {
                assertThat(finding.message()).isEqualTo("does not compile: " + message);
                assertThat(finding.line()).isEqualTo(4);
                assertThat(finding.path()).hasFileName("script0.lua");
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        ";;; io.write('done')",
        "local a = {} ; ; io.write('done')",
        "while true do break error('on') end io.write('done')",
        "while true do break; error('on') end io.write('done')",
        "while true do break ; ; end io.write('done')",
        "do ; end if false then ; else ; end repeat ; until true io.write('done')",
        "for i = 1, 2 do if i == 1 then goto continue end local x = 'done' io.write(x) ::continue:: end",
        "for i = 1, 2 do if i == 1 then goto continue end local x = 'done' io.write(x) ::continue:: ; end",
        "local t = { '; ;', a = 'do'; b = [[ ; ; break x ]] } -- ; ; break x\n io.write(t.a, 'ne') ;",
        "io.write('\\u{64}\\x6f\\z \n  n\\101')",
    })
    void shouldRunWhatCanBeWrittenOtherwise(final String body) {
        try (ScriptHarness harness = ScriptHarness.with(ScriptHarness.hook("flowEnd", body))) {
            assertThat(harness.host().findings()).isEmpty();
            assertThat(harness.run(event(FLOW_END, 1))).isEqualTo("done");
            assertThat(harness.problems()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n;;\nerror('here')", "\nwhile true do break local x end\nerror('here')"})
    void shouldKeepTheLinesOfWhatItWritesOtherwise(final String body) {
        try (ScriptHarness harness = ScriptHarness.with(ScriptHarness.hook("flowEnd", body))) {
            harness.run(event(FLOW_END, 1));
            assertThat(harness.problems()).singleElement().extracting(Finding::line).isEqualTo(6);
        }
    }
}
