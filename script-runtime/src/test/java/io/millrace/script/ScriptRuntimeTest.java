package io.millrace.script;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.engine.event.FlowEventKind.PERIODIC_UPDATE;
import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.event.EventRing;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowMetadataDescriptor;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.geo.PlaceSource;
import io.millrace.script.geo.PlaceTable;
import io.millrace.script.intake.ScriptCounter;
import io.millrace.script.lua.EventBuilder;
import io.millrace.script.lua.Finding;
import io.millrace.script.lua.ScriptHarness;
import io.millrace.script.lua.Supervision;
import io.millrace.script.output.OutputMessage;
import io.millrace.script.output.OutputRing;
import io.millrace.script.verdict.AlertDescriptor;
import io.millrace.script.verdict.VerdictDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.agrona.BitUtil;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ScriptRuntimeTest {
    @TempDir
    Path folder;

    private final Telemetry telemetry = new Telemetry();
    private final List<Finding> problems = Collections.synchronizedList(new ArrayList<>());
    private final OneToOneRingBuffer output = OutputRing.allocate(1 << 20);
    private final List<String> messages = new ArrayList<>();

    @Test
    void shouldWriteWhatScriptsSayThenTheFlowInTheOrderOfEvents() throws IOException {
        script("one.lua", """
            return { hooks = {
                protocolDetected = function() io.write("detected ", flow.cli_port()) end,
                flowEnd = function() flow.setScore(5) flow.triggerStatus(13, "listed") end } }
            """);
        final OneToOneRingBuffer events = EventRing.allocate(1 << 16);
        offer(events, event(PROTOCOL_DETECTED, 1).u16(FlowEventDescriptor.CLI_PORT, 1111));
        offer(events, event(PROTOCOL_DETECTED, 2).u16(FlowEventDescriptor.CLI_PORT, 2222));
        epoch(events, 77);
        offer(events, event(FLOW_END, 2).text(FlowMetadataDescriptor.HOST_NAME, "example.org"));
        offer(events, event(FLOW_END, 1));
        run(ScriptConfig.defaults().withScriptPaths(List.of(folder)), List.of(List.of(events)), () -> { });
        assertThat(messages).containsExactly(
            "text detected 1111", "text detected 2222", "epoch 77",
            "alert 13 listed flow 2 score 5", "flow 2 status 8192", "alert 13 listed flow 1 score 5",
            "flow 1 status 8192");
        assertThat(telemetry.total(ScriptCounter.EVENTS_DELIVERED)).isEqualTo(4);
        assertThat(telemetry.total(ScriptCounter.HOOKS_RUN)).isEqualTo(4);
        assertThat(telemetry.total(ScriptCounter.ALERTS_RAISED)).isEqualTo(2);
        assertThat(telemetry.total(ScriptCounter.FLOW_RECORDS)).isEqualTo(2);
        assertThat(telemetry.total(ScriptCounter.VERDICTS_LIVE)).isZero();
        assertThat(problems).isEmpty();
    }

    @Test
    void shouldLoseNothingThroughSmallRingsAndRunTeardownLast() throws IOException {
        script("noisy.lua", """
            local ended = 0
            return { hooks = { flowEnd = function() ended = ended + 1 io.write(("x"):rep(300)) end },
                teardown = function() io.write("ended ", ended) end }
            """);
        final int flows = 20_000;
        final OneToOneRingBuffer first = EventRing.allocate(1 << 16);
        final OneToOneRingBuffer second = EventRing.allocate(1 << 16);
        final EventBuilder end = event(FLOW_END, 1);
        run(ScriptConfig.defaults().withScriptPaths(List.of(folder)), List.of(List.of(first, second)), () -> {
            for (int flow = 1; flow <= flows; flow++) {
                offer(flow % 3 == 0 ? first : second, end.u64(FlowEventDescriptor.FLOW_ID, flow));
            }
        });
        assertThat(messages.stream().filter(message -> message.startsWith("flow "))).hasSize(flows);
        assertThat(messages).last().isEqualTo("text ended " + flows);
        assertThat(telemetry.total(ScriptCounter.RECORDS_REFUSED)).isZero();
        assertThat(telemetry.total(ScriptCounter.TEXTS_REFUSED)).isZero();
    }

    @Test
    void shouldKnowLocalBlacklistedAndMulticastHosts() throws IOException {
        script("hosts.lua", """
            return { hooks = { protocolDetected = function()
                io.write(flow.direction(), " ", tostring(flow.isBlacklisted()), " ", tostring(flow.isUnicast()))
            end } }
            """);
        final Path blacklist = Files.writeString(folder.resolve("blacklist"), "198.51.100.0/24\n");
        final OneToOneRingBuffer events = EventRing.allocate(1 << 16);
        offer(events, event(PROTOCOL_DETECTED, 1).between("192.0.2.7", "198.51.100.9"));
        offer(events, event(PROTOCOL_DETECTED, 2).between("192.0.2.7", "192.0.2.255"));
        offer(events, event(PROTOCOL_DETECTED, 3).between("2001:db8::1", "ff02::fb"));
        run(ScriptConfig.defaults().withScriptPaths(List.of(folder))
            .withHosts(List.of("192.0.2.0/24", "2001:db8::/32"), Optional.of(blacklist)), List.of(List.of(events)),
            () -> { });
        assertThat(messages).containsExactly(
            "text local@remote true true", "text local@local false false", "text local@remote false false");
    }

    @Test
    void shouldKeepVerdictsOfThoseFlowsOnlyOfWhichAScriptSaysSomething() throws IOException {
        script("status.lua", """
            return { hooks = { protocolDetected = function()
                if flow.getHashEntryId() % 100 == 0 then flow.setStatus(5) end
            end } }
            """);
        final OneToOneRingBuffer events = EventRing.allocate(1 << 20);
        for (int flow = 1; flow <= 1000; flow++) {
            offer(events, event(PROTOCOL_DETECTED, flow));
        }
        run(ScriptConfig.defaults().withScriptPaths(List.of(folder)), List.of(List.of(events)), () -> { });
        assertThat(telemetry.total(ScriptCounter.HOOKS_RUN)).isEqualTo(1000);
        assertThat(telemetry.total(ScriptCounter.VERDICTS_LIVE)).isEqualTo(10);
    }

    @Test
    void shouldKnowAtALaterEventWhatWasSaidAtAnEarlierOne() throws IOException {
        script("status.lua", """
            return { hooks = {
                protocolDetected = function() flow.setStatus(5) flow.setClientScore(7) end,
                periodicUpdate = function()
                    io.write("periodic ", flow.getStatus()) flow.clearStatus(5) flow.setStatus(6)
                end,
                flowEnd = function() io.write("end ", flow.getStatus(), " ", flow.getClientScore()) end } }
            """);
        final OneToOneRingBuffer events = EventRing.allocate(1 << 20);
        // Numbers that are alike in their lower bits, in one batch and over three.
        for (final long flow : new long[] {1, 513, 1025}) {
            offer(events, event(PROTOCOL_DETECTED, flow));
            offer(events, event(PERIODIC_UPDATE, flow));
        }
        offer(events, event(FLOW_END, 1));
        offer(events, event(PROTOCOL_DETECTED, 2));
        epoch(events, 77);
        offer(events, event(PERIODIC_UPDATE, 2));
        offer(events, event(FLOW_END, 513));
        epoch(events, 78);
        offer(events, event(FLOW_END, 2));
        offer(events, event(FLOW_END, 1025));
        run(ScriptConfig.defaults().withScriptPaths(List.of(folder)), List.of(List.of(events)), () -> { });
        assertThat(messages).containsExactly(
            "text periodic 32", "text periodic 32", "text periodic 32", "text end 64 21", "flow 1 status 64",
            "epoch 77", "text periodic 32", "text end 64 21", "flow 513 status 64", "epoch 78",
            "text end 64 14", "flow 2 status 64", "text end 64 7", "flow 1025 status 64");
        assertThat(telemetry.total(ScriptCounter.VERDICTS_LIVE)).isZero();
        assertThat(problems).isEmpty();
    }

    @Test
    void shouldTellTheCountriesOfAFlowWhoseScriptsDoNotAskForThem() throws IOException {
        script("alert.lua", """
            return { hooks = { flowEnd = function() flow.triggerStatus(13, "listed") end } }
            """);
        final OneToOneRingBuffer events = EventRing.allocate(1 << 16);
        offer(events, event(FLOW_END, 1).between("114.114.114.114", "8.8.8.8"));
        final List<Integer> clientPlaces = new ArrayList<>();
        final PlaceTable table = new PlaceTable(PlaceSource.ofTables(PlaceSource.TOR_DIRECTORY));
        try (ScriptRuntime runtime = ScriptRuntime.launch(
            ScriptConfig.defaults().withScriptPaths(List.of(folder)), ScriptHarness.names(), List.of(table),
            List.of(List.of(events)), List.of(output), telemetry, problems::add)) {
            runtime.awaitDrained();
        }
        output.read((type, buffer, offset, length) -> clientPlaces.add((int) buffer.getShort(offset
            + (type == OutputMessage.ALERT ? BitUtil.align(buffer.getInt(offset + AlertDescriptor.TOTAL_LENGTH), 8) : 0)
            + VerdictDescriptor.CLI_PLACE)));
        assertThat(clientPlaces).hasSize(2).allSatisfy(place -> assertThat(table.country(place)).isEqualTo("CN"));
    }

    @Test
    void shouldGoOnWithoutLastingVerdictsWhenTheirTableIsFull() throws IOException {
        script("status.lua", """
            return { hooks = { protocolDetected = function() flow.setStatus(5) end,
                flowEnd = function() io.write(flow.getStatus()) end } }
            """);
        final OneToOneRingBuffer events = EventRing.allocate(1 << 16);
        for (int flow = 1; flow <= 3; flow++) {
            offer(events, event(PROTOCOL_DETECTED, flow));
        }
        epoch(events, 77);
        for (int flow = 1; flow <= 3; flow++) {
            offer(events, event(FLOW_END, flow));
        }
        run(ScriptConfig.defaults().withScriptPaths(List.of(folder)).withFlows(2, 30, 60_000_000_000L),
            List.of(List.of(events)), () -> { });
        assertThat(messages).containsExactly("epoch 77",
            "text 32", "flow 1 status 32", "text 32", "flow 2 status 32", "text 0", "flow 3 status 0");
        assertThat(telemetry.total(ScriptCounter.VERDICTS_REFUSED)).isEqualTo(1);
    }

    @Test
    void shouldGoOnWithoutLastingVerdictsWhereScriptsAskForMoreThanTheEvent() throws IOException {
        script("status.lua", """
            return { hooks = { protocolDetected = function() flow.setStatus(5) end,
                flowEnd = function() io.write(flow.getStatus(), " ", flow.direction()) end } }
            """);
        final OneToOneRingBuffer events = EventRing.allocate(1 << 16);
        for (int flow = 1; flow <= 3; flow++) {
            offer(events, event(PROTOCOL_DETECTED, flow));
        }
        epoch(events, 77);
        for (int flow = 1; flow <= 3; flow++) {
            offer(events, event(FLOW_END, flow));
        }
        run(ScriptConfig.defaults().withScriptPaths(List.of(folder)).withFlows(2, 30, 60_000_000_000L)
            .withHosts(List.of("192.168.0.0/16"), Optional.empty()), List.of(List.of(events)), () -> { });
        assertThat(messages).containsExactly("epoch 77", "text 32 local@remote", "flow 1 status 32",
            "text 32 local@remote", "flow 2 status 32", "text 0 local@remote", "flow 3 status 0");
        assertThat(telemetry.total(ScriptCounter.VERDICTS_REFUSED)).isEqualTo(2);
    }

    @Test
    void shouldRunTheSampleOnACountryOfTheTorTables() {
        final PlaceSource tables = PlaceSource.ofTables(PlaceSource.TOR_DIRECTORY);
        final OneToOneRingBuffer events = EventRing.allocate(1 << 16);
        offer(events, event(PROTOCOL_DETECTED, 1).between("114.114.114.114", "8.8.8.8"));
        offer(events, event(PROTOCOL_DETECTED, 2).between("8.8.8.8", "9.9.9.9"));
        run(ScriptConfig.defaults().withScriptPaths(List.of(Path.of("src/main/scripts/flow"))),
            List.of(List.of(events)), tables, () -> { });
        assertThat(messages).hasSize(2);
        assertThat(messages.getFirst()).isEqualTo("text  string From China\n");
        assertThat(messages.get(1)).matches("alert 29 \\{\"cli_country\":\"CN\",\"hash_entry_id\":1,"
            + "\"ntopng.key\":\\d+,\"srv_country\":\"US\"} flow 1 score 100");
    }

    @Test
    void shouldKeepItsCountersInBalanceWhateverScriptsDo() throws IOException {
        script("a_fails.lua", "return { hooks = { all = function() error('x') end } }");
        script("b_hangs.lua", "return { hooks = { periodicUpdate = function() while true do end end } }");
        script("c_works.lua", "return { hooks = { all = function() flow.setStatus(3) end } }");
        final OneToOneRingBuffer events = EventRing.allocate(1 << 16);
        run(ScriptConfig.defaults().withScriptPaths(List.of(folder)).withLimits(16L << 20, 20_000_000L, Set.of())
                .withSupervision(new Supervision(1200, 1)),
            List.of(List.of(events)), () -> {
                for (int flow = 1; flow <= 500; flow++) {
                    offer(events, event(PROTOCOL_DETECTED, flow));
                    offer(events, event(PERIODIC_UPDATE, flow));
                    offer(events, event(FLOW_END, flow));
                }
            });
        assertThat(telemetry.total(ScriptCounter.EVENTS_DELIVERED)).isEqualTo(1500);
        // all: three events and one change of status per flow.
        assertThat(telemetry.total(ScriptCounter.HOOKS_FAILED)).isEqualTo(1200);
        assertThat(telemetry.total(ScriptCounter.HOOKS_RUN)).isEqualTo(2000);
        assertThat(telemetry.total(ScriptCounter.HOOKS_TIMED_OUT)).isEqualTo(1);
        assertThat(telemetry.total(ScriptCounter.HOOKS_SKIPPED)).isEqualTo(499 + 800);
        assertThat(telemetry.total(ScriptCounter.SCRIPTS_SWITCHED_OFF)).isEqualTo(2);
        assertThat(messages).filteredOn(message -> message.startsWith("alert 1000 ")).hasSize(2);
        assertThat(telemetry.total(ScriptCounter.HOOKS_DUE)).isEqualTo(4500);
    }

    @Test
    void shouldNameStatusesAndScriptsForTheOutput() throws IOException {
        script("mine.lua", "return { hooks = { all = function() end } }");
        try (ScriptRuntime runtime = ScriptRuntime.launch(
            ScriptConfig.defaults().withScriptPaths(List.of(folder)), ScriptHarness.names(),
            places(PlaceSource.nowhere(), 1),
            List.of(List.of(EventRing.allocate(1 << 16))), List.of(output), telemetry, problems::add)) {
            assertThat(runtime.verdictNames().status(29)).isEqualTo("suspicious_country");
            assertThat(runtime.verdictNames().status(50)).isNull();
            assertThat(runtime.verdictNames().script(0)).isEqualTo("mine");
            assertThat(runtime.verdictNames().script(1)).isNull();
        }
    }

    @Test
    void shouldRefuseSettingsThatCannotWork() {
        assertThatThrownBy(() -> ScriptConfig.defaults().withLimits(1000, 1_000_000, Set.of()))
            .hasMessageContaining("script memory in bytes must be at least 4194304: 1000");
        assertThatThrownBy(() -> ScriptConfig.defaults().withLimits(64L << 20, 1_000_000, Set.of("ffi")))
            .hasMessageContaining("--allow-script ffi: there are os, io and io=FOLDER");
    }

    private void run(
        final ScriptConfig config, final List<List<OneToOneRingBuffer>> rings, final Runnable producer) {
        run(config, rings, PlaceSource.nowhere(), producer);
    }

    private void run(
        final ScriptConfig config,
        final List<List<OneToOneRingBuffer>> rings,
        final PlaceSource source,
        final Runnable producer) {

        final ScriptRuntime runtime = ScriptRuntime.launch(
            config, ScriptHarness.names(), places(source, rings.size()), rings, List.of(output), telemetry,
            problems::add);
        final Thread work = Thread.ofPlatform().start(() -> {
            producer.run();
            runtime.awaitDrained();
            runtime.close();
        });
        while (work.isAlive()) {
            if (drain() == 0) {
                Thread.onSpinWait();
            }
        }
        drain();
    }

    private int drain() {
        return output.read((type, buffer, offset, length) -> messages.add(switch (type) {
            case OutputMessage.TEXT -> "text " + buffer.getStringWithoutLengthUtf8(offset, length);
            case OutputMessage.EPOCH -> "epoch " + buffer.getLong(offset);
            case OutputMessage.FLOW -> "flow " + buffer.getLong(offset + VerdictDescriptor.FLOW_ID) + " status "
                + buffer.getLong(offset + VerdictDescriptor.STATUS_BITMAP);
            case OutputMessage.ALERT -> {
                final int alert = buffer.getInt(offset + AlertDescriptor.TOTAL_LENGTH);
                final int info = buffer.getInt(offset + AlertDescriptor.INFO_LENGTH);
                final int event = BitUtil.align(alert, 8) + BitUtil.align(VerdictDescriptor.LENGTH, 8);
                yield "alert " + buffer.getShort(offset + AlertDescriptor.STATUS_ID) + " "
                    + buffer.getStringWithoutLengthUtf8(offset + alert - info, info) + " flow "
                    + buffer.getLong(offset + event + FlowEventDescriptor.FLOW_ID) + " score "
                    + buffer.getShort(offset + AlertDescriptor.SCORE);
            }
            default -> "unknown " + type;
        }));
    }

    private void script(final String name, final String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private static List<PlaceTable> places(final PlaceSource source, final int threads) {
        return Collections.nCopies(threads, new PlaceTable(source));
    }

    private static void offer(final OneToOneRingBuffer ring, final EventBuilder event) {
        while (!ring.write(event.buffer().getByte(FlowEventDescriptor.KIND), event.buffer(), 0, event.length())) {
            Thread.onSpinWait();
        }
    }

    private static void epoch(final OneToOneRingBuffer ring, final long number) {
        final int index = ring.tryClaim(EventRing.EPOCH, Long.BYTES);
        ring.buffer().putLong(index, number);
        ring.commit(index);
    }
}
