package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static io.millrace.script.lua.ScriptHarness.hook;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LuaUtilsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        'x'                       | " string x"
        nil                       | " nil nil"
        true                      | " boolean true"
        12                        | " number 12"
        {a = {b = 1}, [2] = 'c'}  | " table/2 string c/a table/a.b number 1"
        """)
    void shouldDumpValues(final String value, final String lines) {
        assertThat(print("tprint(" + value + ")")).isEqualTo(lines.replace('/', '\n') + "\n");
    }

    @Test
    void shouldStopDumpingAtAThousandItems() {
        assertThat(print("local t = {} for i = 1, 2000 do t[i] = i end tprint(t)").lines())
            .hasSize(1001).last().isEqualTo("ERROR: Item limit reached.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        print('text\\n')                     | "15/Nov/2019 00:00:05 [script0.lua:4] text"
        print(1.5)                           | "15/Nov/2019 00:00:05 [script0.lua:4] 1.500000"
        print(nil)                           | "15/Nov/2019 00:00:05 [script0.lua:4] \
        WARNING: print takes a string or a number, not nil"
        traceError(TRACE_ERROR, TRACE_CONSOLE, 'e') | "15/Nov/2019 00:00:05 [script0.lua:4] ERROR: e"
        """)
    void shouldPrintTraceLinesWithPacketTime(final String call, final String line) {
        assertThat(print(call)).isEqualTo(line + "\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        i18n('flow_details.low_goodput')             | Low goodput
        i18n('no.such.key')                          | nil
        i18n('custom_status', {number = 3})          | Custom status 3
        i18n('custom_status')                        | Custom status nil
        ternary(1 > 2, 'a', 'b')                     | b
        isEmptyString('')                            | true
        ('a,b'):split(',')[2]                        | b
        ('ab'):split(',')                            | nil
        split('a,b', ',')[1]                         | a
        ('abc'):starts('ab')                         | true
        table.len({1, 2, x = 3})                     | 3
        table.concat(table.slice({1, 2, 3, 4}, 2, 3)) | 23
        l4_proto_to_id('udp')                        | 17
        l4_proto_to_string(58)                       | IPv6-ICMP
        bytesToSize(2048)                            | 2 KB
        secondsToTime(3725)                          | 01:02:05
        formatValue(1234567)                         | 1,234,567
        isIPv4('1.2.3.256')                          | false
        shortenString('a.long.name.of.a.server.example') | a.long.name.of.a.server....
        shortenString('a.long.name', 6)              | a.long...
        shortenString('short', 6)                    | short
        toboolean('false')                           | false
        toboolean('no')                              | nil
        isBroadMulticast('239.1.2.3')                | true
        isBroadMulticast('FF02::1')                  | true
        isBroadMulticast('192.168.1.1')              | false
        hostinfo2hostkey({ip = '10.0.0.1'})          | 10.0.0.1
        hostinfo2hostkey({ip = '10.0.0.1', vlan = 7}) | 10.0.0.1@7
        hostinfo2hostkey({host = '10.0.0.1'}, nil, true) | 10.0.0.1@0
        hostinfo2hostkey(flow.getInfo(), 'srv')      | 8.8.8.8
        hostkey2hostinfo('10.0.0.1@7').vlan          | 7
        interface.getHostInfo('10.0.0.1', 0)         | nil
        os.time({year = 2019, month = 11, day = 15, hour = 0}) | 1573776000
        os.time({year = 2000, month = 14, day = 1, hour = 0})  | 980985600
        os.date('%H:%M', 0)                          | 00:00
        os.difftime(5, 3)                            | 2
        interface.getnDPIProtoId('tls')              | 91
        interface.getnDPIProtoId('none')             | -1
        ntop.getCache('missing') == ''               | true
        ntop.getTLSVersionName(771)                  | TLSv1.2
        flow_consts.getStatusTitle(13)               | Blacklisted flow
        flow_consts.getStatusInfo(13).prio           | 700
        flow_consts.custom_status_1                  | 59
        formatElephantFlowStatus(17, {['elephant.l2r_threshold'] = 2048}) | More than 2 KB moved
        formatElephantFlowStatus(18, nil)            | Elephant flow, remote to local
        formatElephantFlowStatus({status_id = 18}, {['elephant.r2l_threshold'] = 1024}) | More than 1 KB moved
        user_scripts.field_units.bytes               | field_units.bytes
        require('dkjson').encode({b = {1, 'x'}, a = true}) | {"a":true,"b":[1,"x"]}
        require('dkjson').encode('\\"\\n\\1')        | "\\"\\n\\u0001"
        require('dkjson').encode({a = {}, b = 2 ^ 53, c = 1.5e15}) | {"a":[],"b":9007199254740992,"c":1500000000000000}
        require('dkjson').encode(require('dkjson').decode('[{},[],{"a":{}}]')) | [{},[],{"a":{}}]
        getmetatable(require('dkjson').decode('{}', 1, nil, nil)) | nil
        require('dkjson').decode('{"a":[1,{"b":"\\\\u00e9\\\\ud83d\\\\ude00"}],"c":null}').a[2].b | é😀
        select(3, require('dkjson').decode('{"a":')) | no valid JSON value at line 1, byte 6
        select(2, require('dkjson').decode('[1,2'))  | 5
        """)
    void shouldOfferTheHelpersThatScriptsKnow(final String expression, final String value) {
        assertThat(print("io.write(tostring(" + expression + "))")).isEqualTo(value);
    }

    @Test
    void shouldForgetCachedValuesByPacketTime() {
        try (ScriptHarness harness = ScriptHarness.with(hook("protocolDetected",
            "io.write('[', ntop.getCache('k'), ']') ntop.setCache('k', 5, 10)"))) {
            final long start = EventBuilder.START_NS;
            for (final int second : new int[] {0, 9, 18, 40}) {
                harness.run(event(PROTOCOL_DETECTED, 1)
                    .u64(io.millrace.engine.event.FlowEventDescriptor.TIME_NS, start + second * 1_000_000_000L));
            }
            assertThat(harness.output()).isEqualTo("[][5][5][]");
        }
    }

    @Test
    void shouldKeepTheTraceLevelOfOneScriptFromTheOthers() {
        try (ScriptHarness harness = ScriptHarness.with(
            hook("protocolDetected", "setTraceLevel(TRACE_DEBUG) traceError(TRACE_DEBUG, TRACE_CONSOLE, 'one')"),
            hook("protocolDetected", "traceError(TRACE_INFO, TRACE_CONSOLE, 'two') TRACE_LEVEL = TRACE_INFO "
                + "traceError(TRACE_INFO, TRACE_CONSOLE, 'three') traceError(TRACE_DEBUG, TRACE_CONSOLE, 'four')"))) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo("15/Nov/2019 00:00:05 [script0.lua:4] one\n"
                + "15/Nov/2019 00:00:05 [script1.lua:4] three\n");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        tostring(ntop.bitmapIsSet(5, 64)), ntop.bitmapSet(5, 64), ntop.bitmapClear(5, -1)  | "false55"
        tostring(ntop.bitmapIsSet(nil, 1)) | "15/Nov/2019 00:00:05 [script0.lua:4] ERROR: \
        ntop.bitmapIsSet: expected number[@pos 1], got no value/nil"
        tostring(ntop.bitmapSet(5, '1')) | "15/Nov/2019 00:00:05 [script0.lua:4] ERROR: \
        ntop.bitmapSet: expected number[@pos 2], got string/nil"
        """)
    void shouldTakeNumbersOfBitsOnly(final String values, final String lines) {
        assertThat(print("io.write(" + values + ")")).isEqualTo(lines.replace("ue/", "ue\n").replace("g/", "g\n"));
    }

    @Test
    void shouldGoThroughTablesInOneOrder() {
        assertThat(print("""
            local t = { 10, 20, 30, zeta = 1, alpha = 2, [-1] = 3, [1.5] = 4, gone = 5, [true] = 6 }
            t.gone = nil
            for key, value in pairs(t) do io.write(tostring(key), "=", value, " ") t[key] = nil end
            io.write(tostring(next(t)))""")).isEqualTo("1=10 2=20 3=30 -1=3 1.5=4 alpha=2 zeta=1 true=6 nil");
        assertThat(print("""
            local t, last = {}, ""
            for i = 1, 500 do t["k" .. i] = i end
            for key in pairs(t) do assert(last < key) last = key end
            io.write(last)""")).isEqualTo("k99");
    }

    @Test
    void shouldRefuseEmptyKeysOfTexts() {
        try (ScriptHarness harness = ScriptHarness.with(hook("protocolDetected", "i18n('')"))) {
            harness.run(event(PROTOCOL_DETECTED, 1));
            assertThat(harness.problems()).hasSize(1);
        }
    }

    private static String print(final String body) {
        try (ScriptHarness harness = ScriptHarness.with(hook("protocolDetected", body))) {
            final String output = harness.run(event(PROTOCOL_DETECTED, 1));
            assertThat(harness.problems()).isEmpty();
            return output;
        }
    }
}
