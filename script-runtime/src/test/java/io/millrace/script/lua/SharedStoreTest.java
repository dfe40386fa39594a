package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static io.millrace.script.lua.ScriptHarness.hook;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.FlowEventDescriptor;
import org.junit.jupiter.api.Test;

class SharedStoreTest {
    @Test
    void shouldKeepTextsHashesAndSetsApart() {
        assertThat(print("""
            ntop.setCache("x", "text") ntop.setHashCache("x", "f", 5) ntop.setMembersCache("x", "m")
            io.write(ntop.getCache("x"), " ", ntop.getPref("x"), " ", ntop.getHashCache("x", "f"), " ",
                table.concat(ntop.getMembersCache("x"), ","), "\\n")
            ntop.delCache("x")
            io.write("[", ntop.getCache("x"), ntop.getHashCache("x", "f"), #ntop.getMembersCache("x"), "]")
            """)).isEqualTo("text text 5 m\n[0]");
    }

    @Test
    void shouldListHashesAndSetsWhole() {
        assertThat(print("""
            for i = 1, 3000 do
                ntop.setHashCache("h", "field" .. i, ("v"):rep(i % 50))
                ntop.setMembersCache("s", i)
            end
            local all, count = ntop.getHashAllCache("h"), 0
            for field, value in pairs(all) do
                count = count + 1
                assert(value == ("v"):rep(tonumber(field:sub(6)) % 50), field)
            end
            ntop.delHashCache("h", "field7")
            ntop.delMembersCache("s", 3000)
            local members = ntop.getMembersCache("s")
            io.write(count, " ", #members, " ", members[2], " ", tostring(ntop.getHashAllCache("h").field7), " ",
                tostring(ntop.getHashKeysCache("h").field8 == ""), " ", tostring(ntop.getHashAllCache("none")))
            """)).isEqualTo("3000 2999 10 nil true nil");
    }

    @Test
    void shouldCountInOneStep() {
        assertThat(print("""
            io.write(ntop.incrCache("n"), " ", ntop.incrCache("n", 41), " ", ntop.getCache("n"), " ",
                ntop.incrCache("n", -50), "\\n")
            ntop.setCache("text", "no number")
            io.write(select(2, pcall(ntop.incrCache, "text")), "\\n")
            io.write(select(2, pcall(ntop.incrCache, "n", 0.5)))
            """)).isEqualTo("1 42 42 -8\n"
            + "ntop.incrCache: 'text' holds no whole number: delCache it first\n"
            + "ntop.incrCache: the amount must be a whole number up to 2^53");
    }

    @Test
    void shouldSetOnlyWhatIsNotThere() {
        assertThat(print("""
            io.write(tostring(ntop.setnxCache("k", "a")), tostring(ntop.setnxCache("k", "b")), ntop.getCache("k"))
            """)).isEqualTo("truefalsea");
    }

    @Test
    void shouldHoldAnyBytes() {
        assertThat(print("""
            ntop.setCache("\\0k\\255", "\\0v\\255\\n")
            io.write(tostring(ntop.getCache("\\0k\\255") == "\\0v\\255\\n"), ntop.getCache("\\0k"))
            """)).isEqualTo("true");
    }

    @Test
    void shouldRefuseAndCountWhatFindsNoRoom() {
        final String fill = hook("flowEnd", """
            local refused = 0
            for i = 1, 100 do
                if ntop.setCache("k" .. i, ("x"):rep(60000)) == false then refused = refused + 1 end
            end
            io.write(refused, " ", #ntop.getCache("k1"), " ", #ntop.getCache("k100"), " ",
                tostring(ntop.setCache("long", ("x"):rep(65537))), " ", tostring(ntop.setCache("k1", "y")))
            """);
        try (ScriptHarness harness = ScriptHarness.with(fill)) {
            assertThat(harness.run(event(FLOW_END, 1))).isEqualTo("83 60000 0 false nil");
            assertThat(harness.host().storeRefused()).isEqualTo(84);
        }
    }

    @Test
    void shouldTraceAnArgumentThatCannotBeStoredInsteadOfFailing() {
        assertThat(print("""
            io.write(select("#", ntop.setCache(nil, 1)), "\\n")
            io.write(tostring(ntop.setCache("k", nil)), "\\n")
            ntop.setHashCache("k", "f", {})
            io.write(ntop.getCache("k"), tostring(ntop.getHashAllCache("k")))
            """)).isEqualTo("""
            15/Nov/2019 00:00:05 [script0.lua:4] ERROR: ntop.setCache: expected string[@pos 1], got no value
            0
            15/Nov/2019 00:00:05 [script0.lua:5] ERROR: ntop.setCache: expected string[@pos 2], got no value
            nil
            15/Nov/2019 00:00:05 [script0.lua:6] ERROR: ntop.setHashCache: expected string[@pos 3], got table
            nil""");
    }

    @Test
    void shouldForgetByPacketTimeButNotWhatSetupPutThere() {
        final String script = """
            return {
                setup = function() ntop.setCache("early", "kept", 10) return true end,
                hooks = { protocolDetected = function()
                    io.write(ntop.getCache("early"), ntop.incrCache("n", 1, 10), " ")
                end } }
            """;
        try (ScriptHarness harness = ScriptHarness.with(script)) {
            for (final int second : new int[] {0, 9, 10, 25}) {
                harness.run(event(PROTOCOL_DETECTED, 1)
                    .u64(FlowEventDescriptor.TIME_NS, EventBuilder.START_NS + second * 1_000_000_000L));
            }
            assertThat(harness.output()).isEqualTo("kept1 kept2 kept1 kept1 ");
        }
    }

    @Test
    void shouldKeepListsInOrderFromBothEnds() {
        assertThat(print("""
            io.write(tostring(ntop.lpopCache("l")), ntop.llenCache("l"), tostring(ntop.lrangeCache("l", 0, -1)), " ")
            ntop.rpushCache("l", "b") ntop.rpushCache("l", 3) ntop.lpushCache("l", "a")
            io.write(ntop.llenCache("l"), table.concat(ntop.lrangeCache("l", 0, -1), ","), " ",
                table.concat(ntop.lrangeCache("l", -2, -1), ","), " ", #ntop.lrangeCache("l", 5, 9), " ")
            io.write(ntop.lpopCache("l"), ntop.rpopCache("l"), ntop.llenCache("l"), " ")
            ntop.delCache("l")
            io.write(ntop.llenCache("l"))
            """)).isEqualTo("nil0nil 3a,b,3 b,3 0 a31 0");
    }

    @Test
    void shouldKeepAsManyTextsOfAListAsAskedFor() {
        assertThat(print("""
            for i = 1, 9 do ntop.lpushCache("recent", i, 3) ntop.rpushCache("last", i, 3) end
            io.write(table.concat(ntop.lrangeCache("recent"), ","), " ")
            io.write(table.concat(ntop.lrangeCache("last"), ","), " ")
            ntop.ltrimCache("recent", 1, 1)
            io.write(table.concat(ntop.lrangeCache("recent", 0, 99), ","), " ")
            for i = 1, 3000 do ntop.rpushCache("long", ("x"):rep(100)) end
            io.write(#ntop.lrangeCache("long"))
            """)).isEqualTo("9,8,7 7,8,9 8 3000");
    }

    @Test
    void shouldRefuseAndCountTextsOfAListThatFindNoRoom() {
        final String fill = hook("flowEnd", """
            local count = 0
            while ntop.rpushCache("l", ("x"):rep(60000)) do count = count + 1 end
            io.write(count, " ", ntop.llenCache("l"), " ", #ntop.lpopCache("l"), " ", ntop.rpushCache("l", "y"))
            """);
        try (ScriptHarness harness = ScriptHarness.with(fill)) {
            assertThat(harness.run(event(FLOW_END, 1))).isEqualTo("17 17 60000 17");
            assertThat(harness.host().storeRefused()).isEqualTo(1);
        }
    }

    @Test
    void shouldForgetAListByPacketTimeWhereToldTo() {
        final String script = hook("protocolDetected", "ntop.rpushCache('kept', 'x') "
            + "io.write(ntop.rpushCache('gone', 'x', 0, 10), ntop.llenCache('kept'), ' ')");
        try (ScriptHarness harness = ScriptHarness.with(script)) {
            for (final int second : new int[] {0, 9, 30}) {
                harness.run(event(PROTOCOL_DETECTED, 1)
                    .u64(FlowEventDescriptor.TIME_NS, EventBuilder.START_NS + second * 1_000_000_000L));
            }
            assertThat(harness.output()).isEqualTo("11 22 13 ");
        }
    }

    private static String print(final String body) {
        try (ScriptHarness harness = ScriptHarness.with(hook("flowEnd", body))) {
            final String output = harness.run(event(FLOW_END, 1));
            assertThat(harness.problems()).isEmpty();
            return output;
        }
    }
}
