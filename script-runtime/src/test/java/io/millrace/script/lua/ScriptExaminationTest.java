package io.millrace.script.lua;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ScriptExaminationTest {
    @TempDir
    private Path folder;

    @Test
    void shouldSayWhichGenerationHasAFunctionThatThisOneLacks() throws IOException {
        assertThat(examine("""
            local script = { api = "2019", hooks = {} }
            function script.hooks.protocolDetected(now)
                return flow.getClientCountry(), flow.cli(), flow.getClientIP()
            end
            return script
            """)).containsExactly(
            "3: error: unknown name 'flow.getClientCountry': another generation has it: api = \"4.0\" or api = \"4.2\"",
            "3: error: unknown name 'flow.cli': another generation has it: api = \"current\"",
            "3: error: unknown name 'flow.getClientIP': did you mean 'flow.getClientIp'?");
    }

    @Test
    void shouldFindUnknownNamesWhereNoRunComesBy() throws IOException {
        assertThat(examine("""
            local consts = require "flow_consts"
            local script = { hooks = {} }
            -- flow.getCommented()  [[ flow.x ]]
            --[==[ flow.getCommentedToo()
            ]==]
            local text = "flow.getQuoted()" .. [[flow.getQuoted()
            ]]
            function script.hooks.protocolDetected(now)
                if flow.getPacketsSent() > 1e15 then
                    flow.getPacketSent()
                    return consts.status_types.status_blaklisted, ntop.getCash("x")
                end
                local size = string.format("%d", 1) .. table.cancat({})
            end
            return script
            """)).containsExactly(
            "10: error: unknown name 'flow.getPacketSent': did you mean 'flow.getPacketsSent'?",
            "11: error: unknown name 'flow_consts.status_types.status_blaklisted': did you mean "
                .replace("flow_consts", "consts") + "'consts.status_types.status_blacklisted'?",
            "11: error: unknown name 'ntop.getCash': did you mean 'ntop.getCache'?",
            "13: error: unknown name 'table.cancat': did you mean 'table.concat'?");
    }

    @Test
    void shouldLetAScriptAskWhetherANameIsThereAndMakeItsOwn() throws IOException {
        assertThat(examine("""
            local script = { hooks = {} }
            function flow.mine() return 1 end
            string.padded = function(s) return s end
            local function each(ntop, table) return ntop.anything, table.other end
            function script.hooks.flowEnd(now)
                if flow.getTomorrow then flow.getTomorrow() end
                return flow.mine(), string.padded("x"), each({}, {})
            end
            return script
            """)).containsExactly("6: warning: unknown name 'flow.getTomorrow': there is no such name");
    }

    @Test
    void shouldFollowLocalsThatStandForFlowAndNothingElse() throws IOException {
        assertThat(examine("""
            local f = flow; local flow_consts = require("flow_consts")
            local cache, other, g = ntop, flow, f
            local again = f local types = flow_consts.status_types
            function f.mine() return 1 end
            local script = { hooks = {} }
            function script.hooks.flowEnd(now)
                local n = ntop
                local query = f.mine() + flow.mine() + again.mine()
                if query > 1e15 then
                    f.getDnsQuerry()
                    n.getCash("x")
                    flow["getServerPorts"]()
                    again:getClientKeyy()
                    other.nobodyKnowsWhatThisIs()
                    flow.triggerStatus(types.status_longlive, {})
                end
            end
            local function later(f2) local f3 = flow; f3 = {} f3.anything() local f4 = flow or {} f4.any() end
            return script
            """)).containsExactly(
            "10: error: unknown name 'f.getDnsQuerry': did you mean 'f.getDnsQuery'?",
            "11: error: unknown name 'n.getCash': did you mean 'n.getCache'?",
            "12: error: unknown name 'flow.getServerPorts': did you mean 'flow.getServerPort'?",
            "13: error: unknown name 'again.getClientKeyy': did you mean 'again.getClientKey'?",
            "15: error: unknown name 'types.status_longlive': did you mean 'types.status_longlived'?");
    }

    @Test
    void shouldCallEachHookOnFlowsOfEveryKind() throws IOException {
        assertThat(examine("""
            local script = { hooks = {} }
            function script.hooks.protocolDetected(now) assert(flow.getInfo()["srv.port"] ~= 22, "no SSH") end
            function script.hooks.statusChanged(now) error("changed") end
            function script.hooks.periodicUpdate(now) local x = nil + 1 end
            function script.hooks.flowEnd(now) if flow.getInfo()["srv.port"] == 53 then error({}) end end
            function script.teardown() error("end") end
            return script
            """)).containsExactlyInAnyOrder(
            "2: error: no SSH (protocol detected on an invented flow: SSH over TCP)",
            "3: error: changed (protocol detected on an invented flow: TLS over TCP)",
            "4: error: attempt to perform arithmetic on a nil value "
                + "(periodic update on an invented flow: TLS over TCP)",
            "error: error object is a table: raise errors with a text (flow end on an invented flow: DNS over UDP)",
            "6: error: end (at the end)");
    }

    @Test
    void shouldInventAFlowOfTheProtocolThatAScriptFiltersBy() throws IOException {
        assertThat(examine("""
            local script = { hooks = {}, l7_proto = "Protocol77" }
            function script.hooks.protocolDetected(now) error("here") end
            return script
            """)).containsExactly("2: error: here (protocol detected on an invented flow: Protocol77 over TCP)");
    }

    @Test
    @Timeout(60)
    void shouldStopAHookThatNeverEnds() throws IOException {
        assertThat(examine("return { hooks = { flowEnd = function() while true do end end } }")).singleElement()
            .asString().contains("ran past its deadline");
    }

    private List<String> examine(final String source) throws IOException {
        final Path script = Files.writeString(folder.resolve("script.lua"), source);
        return ScriptCheck.examine(List.of(script), ScriptHarness.names(), MachineSettings.forCheck()).findings()
            .stream()
            .map(finding -> finding.toString().substring(script.toString().length()).replaceFirst("^: ?", "")).toList();
    }
}
