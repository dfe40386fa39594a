package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.script.lua.ScriptHarness.hook;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.FlowEventDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds what scripts find in {@code flow} to the one table of all functions, and the table to what ntopng had. */
final class FlowApiTest {
    private static final Set<String> ALL_BUT_CURRENT = Set.of("2019", "4.0", "4.2");

    /** Names by the generations that had them. */
    private static final Map<Set<String>, String> KNOWN = Map.of(
        ALL_BUT_CURRENT, """
            getStatus setStatus triggerStatus getScore getScoreInfo retrieveExternalAlertInfo
            isPassVerdict getKey getHashEntryId getClientKey getServerKey isLocal isLocalToRemote isRemoteToLocal
            isRemoteToRemote isClientUnicast isServerUnicast isUnicast getUnicastInfo isBlacklisted getBlacklistedInfo
            getDeviceProtoAllowedInfo getMUDInfo getFirstSeen getLastSeen getDuration getPacketsSent getPacketsRcvd
            getBytesSent getBytesRcvd getPackets getBytes getClient2ServerIAT getServer2ClientIAT
            isBidirectional isTwhOK
            getClientTCPIssues getServerTCPIssues getTCPStats isNotPurged getnDPICategoryName getTLSVersion getTLSInfo
            getSSHInfo getHTTPInfo getDNSInfo getICMPStatusInfo getInfo getFullInfo triggerAlert""",
        Set.of("2019", "4.0"), "clearStatus getPredominantStatus",
        Set.of("4.0", "4.2"), """
            isStatusSet getAlertedStatusScore getClientCountry getServerCountry isDeviceProtocolNotAllowed
            getGoodputBytes isTCPConnecting isTCPConnectionRefused getnDPICategoryId getnDPIMasterProtoId
            getnDPIAppProtoId getnDPIProtocolName getProtoBreed getServerCipherClass hasMaliciousTlsSignature
            getDnsQuery
            dnsQueryHasInvalidChars getICMPType getMaxSeenIcmpPayloadSize""",
        Set.of("2019"), """
            setPredominantStatus canTriggerAlert setScore setClientScore setServerScore getClientGeolocation
            getServerGeolocation getClientPort getServerPort getTime getDurationInfo getClient2ServerTraffic
            getServer2ClientTraffic getTCPPacketIssues matchesL7 getProtocols getProtocolBreedInfo getICMPInfo""",
        Set.of("4.2"), """
            getAlertedStatus setCustomInfo isClientNoIP isServerNoIP getClientRetrPercentage getServerRetrPercentage
            hasRisk getRiskInfo getnDPIMatchPacket""",
        Set.of("current"), """
            cli srv cli_port srv_port protocol vlan_id bytes cli2srv_bytes srv2cli_bytes is_oneway is_unicast
            l7_master_proto l7_proto l7_proto_name direction http dns ssh tls_quic triggerAlert""");

    /** Names that ntopng had for some months only, by the generations whose scripts lie where those of then do. */
    private static final Map<Set<String>, String> BETWEEN = Map.of(
        Set.of("2019"), """
            addStatus getSSLInfo getSSLVersion getClientInfo getServerInfo getTCPInfo getClientScore getServerScore
            getClientMUDPref getServerMUDPref serializeClientByMac serializeServerByMac storeAlert isTwhOver
            methodNamesToIds callMethodById getClientIp getServerIp""",
        Set.of("2019", "4.0"), """
            hasLowGoodput hasSlowDataExchange isConnectionRefused shouldCheckTlsCertificate incScore""",
        Set.of("4.2"), """
            getClientIp getServerIp getClientPort getServerPort getProtocol getClientMac getServerMac getGoodputRatio
            getRiskBitmap getFlowInfoField isAlerted isTcpZeroWinAlert getFlowProtoClientIP getFlowProtoServerIP
            getPredominantAlert""");

    private record Row(String name, String generation, String arguments, String result, String sample) {
        static Row of(final String line) {
            final String[] fields = line.split("\t", -1);
            return new Row(fields[0], fields[1], fields[2], fields[3], fields[4]);
        }
    }

    static Stream<Arguments> flowsOfEveryGeneration() {
        return Stream.of("2019", "4.0", "4.2", "current", "open").flatMap(generation ->
            FlowKinds.all().entrySet().stream().map(kind -> Arguments.of(generation, kind.getKey(), kind.getValue())));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("flowsOfEveryGeneration")
    void shouldAnswerEveryFunctionWithTheTypeThatItPromises(
        final String generation, final String kind, final EventBuilder flow) {

        final List<Row> rows = rows().stream().filter(row -> row.generation().equals(generation)).toList();
        final StringBuilder calls = new StringBuilder();
        rows.forEach(row -> calls.append("check('").append(row.name()).append("', '").append(row.result())
            .append("', flow.").append(row.name()).append('(').append(row.sample()).append("))\n"));
        try (ScriptHarness harness = ScriptHarness.with(script(generation, calls.toString()))) {
            assertThat(harness.host().findings()).isEmpty();
            final String output = harness.run(flow);
            assertThat(harness.problems()).as(kind).isEmpty();
            assertThat(output).contains(rows.size() + " answered\n");
        }
    }

    @Test
    void shouldHaveTheFunctionsThatEachGenerationHad() {
        final Map<String, Set<String>> expected = new TreeMap<>();
        expect(KNOWN, expected);
        assertThat(expected).hasSize(117);
        expect(BETWEEN, expected);
        // ntopng's documentation calls it so, its code never did.
        expected.put("isBlacklistedFlow", new TreeSet<>(ALL_BUT_CURRENT));
        final Map<String, Set<String>> present = new TreeMap<>();
        rows().stream().filter(row -> !row.generation().equals("open"))
            .forEach(row -> present.computeIfAbsent(row.name(), _ -> new TreeSet<>()).add(row.generation()));
        assertThat(present).isEqualTo(expected);
    }

    private static void expect(
        final Map<Set<String>, String> namesByGenerations, final Map<String, Set<String>> expected) {

        namesByGenerations.forEach((generations, names) -> {
            for (final String name : names.strip().split("\\s+")) {
                expected.computeIfAbsent(name, _ -> new TreeSet<>()).addAll(generations);
            }
        });
    }

    @Test
    void shouldOfferAllNamesWhereNoGenerationIsNamed() {
        final Set<String> all = new TreeSet<>();
        final Set<String> open = new TreeSet<>();
        rows().forEach(row -> (row.generation().equals("open") ? open : all).add(row.name()));
        assertThat(open).containsAll(all).contains("isBlacklistedFlow", "getClientIp");
    }

    @ParameterizedTest
    @MethodSource("generations")
    void shouldOfferNoNameOfAnotherGeneration(final String generation) {
        final String names = "local names = {} for name in pairs(flow) do names[#names + 1] = name end "
            + "table.sort(names) io.write(table.concat(names, ' '))";
        try (ScriptHarness harness = ScriptHarness.with("local script = { api = '" + generation + "', hooks = {} }\n"
            + "function script.hooks.all() " + names + " end return script")) {
            final List<String> expected = rows().stream().filter(row -> row.generation().equals(generation))
                .map(Row::name).sorted().toList();
            assertThat(harness.run(FlowKinds.all().get("SSH")).split(" ")).containsExactlyElementsOf(expected);
        }
    }

    static Stream<Arguments> tablesWithAMistake() {
        return Stream.of(
            Arguments.of("own['4.0'].getBytes = nil", "flow.getBytes of 4.0 comes from nowhere"),
            Arguments.of("common.getKey = nil", "flow.getKey of 2019 comes from nowhere"),
            Arguments.of("borrowed['4.0'] = nil", "flow.incScore of 4.0 comes from nowhere"),
            Arguments.of("own['2019'].incScore, names['2019'].incScore = nil, nil",
                "flow.incScore of 4.0 comes from nowhere"),
            Arguments.of("names['4.0'].getTime = true", "flow.getTime of 4.0 comes from nowhere"),
            Arguments.of("own['2019'].getKey = print",
                "flow.getKey of 2019 comes from all generations and its own"),
            Arguments.of("own['4.0'].incScore = print",
                "flow.incScore of 4.0 comes from its own and that of 2019"),
            Arguments.of("names['4.0'].incScore = nil",
                "flow.incScore is borrowed by 4.0, which does not have it"),
            Arguments.of("common.getKeys = print", "flow.getKeys is of no generation"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("tablesWithAMistake")
    void shouldNotLoadWhereAFunctionComesFromNowhereOrFromTwoPlaces(final String mistake, final String message) {
        assertThat(assembled(mistake)).isEqualTo(message);
        assertThat(assembled("")).isEqualTo("2019 getBytes getKey incScore 4.0 getBytes getKey incScore");
    }

    /** What comes of a small table of functions with a mistake in it. */
    private static String assembled(final String mistake) {
        final String script = """
            local assemble = load([==[%s]==])()
            local script = { hooks = {} }
            function script.hooks.flowEnd()
                local names = {
                    ["2019"] = { getKey = true, getBytes = true, incScore = true },
                    ["4.0"] = { getKey = true, getBytes = true, incScore = true },
                }
                local common = { getKey = print }
                local own = { ["2019"] = { getBytes = print, incScore = print }, ["4.0"] = { getBytes = print } }
                local borrowed = { ["4.0"] = { ["2019"] = "incScore" } }
                %s
                local fine, tables = pcall(assemble, names, common, own, borrowed)
                if not fine then
                    return io.write(tables)
                end
                local words = {}
                for generation, functions in pairsByKeys(tables) do
                    words[#words + 1] = generation
                    for name in pairsByKeys(functions) do words[#words + 1] = name end
                end
                io.write(table.concat(words, " "))
            end
            return script
            """.formatted(library("flow_origins"), mistake);
        try (ScriptHarness harness = ScriptHarness.with(script)) {
            final String output = harness.run(FlowKinds.all().get("SSH").u8(FlowEventDescriptor.KIND, FLOW_END.code));
            assertThat(harness.problems()).isEmpty();
            return output;
        }
    }

    private static String library(final String module) {
        try (InputStream in = FlowApiTest.class.getResourceAsStream("/io/millrace/script/library/" + module + ".lua")) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldRunAWholeChunkOfTheCurrentGenerationPerEvent() {
        final String chunk = "local api = 'current'\ncalls = (calls or 0) + 1\nlocal mine = (mine or 0) + 1\n"
            + "io.write(calls, ' ', mine, ' ', flow.cli(), '\\n')\nreturn(0)\n";
        try (ScriptHarness harness = ScriptHarness.with(chunk)) {
            final EventBuilder flow = FlowKinds.all().get("SSH");
            assertThat(harness.run(flow, flow)).isEqualTo("1 1 192.168.1.10\n2 1 192.168.1.10\n");
        }
    }

    static Stream<String> generations() {
        return Stream.of("2019", "4.0", "4.2", "current");
    }

    private static String script(final String generation, final String calls) {
        final String check = """
            local flow_consts = require("flow_consts")
            local count = 0
            local function check(name, expected, ...)
                local got, kind = (...), type((...))
                local fine = expected == "any"
                    or (expected == "none" and select("#", ...) == 0)
                    or (expected == "integer" and math.type(got) == "integer")
                    or (expected:find("or nil", 1, true) ~= nil and got == nil)
                    or expected:match("^%a+") == kind
                if not fine then
                    error(name .. " returned a " .. kind .. ", not " .. expected, 0)
                end
                count = count + 1
            end
            """;
        final String api = generation.equals("open") ? "" : "api = '" + generation + "', ";
        return check + "local script = { " + api + "hooks = {} }\nfunction script.hooks.all(now)\ncount = 0\n" + calls
            + "io.write(count, ' answered\\n')\nend\nreturn script\n";
    }

    private static List<Row> rows() {
        final List<Row> rows = new ArrayList<>();
        try (ScriptHarness harness = ScriptHarness.with(hook("flowEnd", ""))) {
            harness.host().flowApi().lines().map(Row::of).forEach(rows::add);
        }
        return rows;
    }
}
