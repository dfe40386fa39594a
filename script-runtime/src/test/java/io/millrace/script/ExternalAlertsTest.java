package io.millrace.script;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.engine.event.FlowEventKind.PERIODIC_UPDATE;
import static io.millrace.script.lua.EventBuilder.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.event.EventRing;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.external.ExternalAlertCounter;
import io.millrace.script.geo.PlaceSource;
import io.millrace.script.geo.PlaceTable;
import io.millrace.script.intake.ScriptCounter;
import io.millrace.script.lua.EventBuilder;
import io.millrace.script.lua.ScriptHarness;
import io.millrace.script.output.OutputMessage;
import io.millrace.script.output.OutputRing;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ExternalAlertsTest {
    private static final long NOW_NS = System.currentTimeMillis() * 1_000_000;
    private static final long HOUR_NS = 3_600_000_000_000L;

    @TempDir
    Path folder;

    private final Telemetry telemetry = new Telemetry();
    private final OneToOneRingBuffer events = EventRing.allocate(1 << 16);
    private final OneToOneRingBuffer output = OutputRing.allocate(1 << 20);
    private final List<String> texts = new ArrayList<>();
    private long flowTimeNs = NOW_NS;

    @Test
    void shouldHandEachAlertOfAFileToItsFlowOnce() throws IOException {
        final Path file = Files.writeString(folder.resolve("alerts.json"), String.join("\n",
            line("192.168.1.10", 40000, "8.8.8.8", 443, "first"),
            line("192.168.1.10", 40000, "8.8.8.8", 443, "dropped: one waits"),
            line("8.8.8.8", 443, "192.168.1.10", 40000, "the other way round"),
            line("192.168.1.10", 40001, "8.8.8.8", 443, "no such flow"),
            "", "{\"event_type\":\"flow\"}", "no JSON", "{" + "x".repeat(20_000),
            line("2001:db8::1", 40000, "2001:db8::2", 443, "IPv6, without a newline at the end")));
        final ScriptRuntime runtime = launch(file, true);
        offer(event(PERIODIC_UPDATE, 1));
        offer(event(PERIODIC_UPDATE, 2).u16(FlowEventDescriptor.CLI_PORT, 5));
        offer(event(PERIODIC_UPDATE, 1));
        offer(event(FLOW_END, 3).between("2001:db8::1", "2001:db8::2").u16(FlowEventDescriptor.VLAN_ID, 9));
        offer(event(FLOW_END, 1));
        end(runtime);
        assertThat(texts).containsExactly("first", "nil", "the other way round",
            "IPv6, without a newline at the end", "nil");
        assertThat(counts()).isEqualTo("lines 8 other 1 malformed 2 superseded 1 refused 0 "
            + "offered 4 taken 3 unmatched 1 "
            + "writers_refused 0");
        assertThat(runtime.externalAlertProblem())
            .contains("external alerts: " + file + ": line 6: no valid JSON: correct what writes it");
    }

    @Test
    void shouldRefuseAndCountWhatFindsNoRoom() throws IOException {
        final List<String> lines = new ArrayList<>();
        for (int port = 1; port <= 1000; port++) {
            lines.add(line("192.168.1.10", port, "8.8.8.8", 443, "alert"));
        }
        final ScriptRuntime runtime = launch(Files.write(folder.resolve("alerts.json"), lines), true);
        end(runtime);
        final long refused = telemetry.total(ExternalAlertCounter.REFUSED);
        assertThat(refused).isBetween(100L, 900L);
        assertThat(telemetry.total(ExternalAlertCounter.OFFERED)).isEqualTo(1000 - refused);
        assertThat(telemetry.total(ExternalAlertCounter.UNMATCHED)).isEqualTo(1000 - refused);
    }

    @Test
    void shouldTakeAlertsFromASocketAndRemoveItAtTheEnd() throws IOException {
        final Path socket = folder.resolve("alerts.sock");
        final ScriptRuntime runtime = launch(socket, false);
        try (SocketChannel one = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            SocketChannel two = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            final String first = line("192.168.1.10", 1, "8.8.8.8", 443, "in two pieces");
            write(one, first.substring(0, 20));
            write(two, line("192.168.1.10", 2, "8.8.8.8", 443, "whole") + "\n");
            await(ExternalAlertCounter.OFFERED, 1);
            write(one, first.substring(20) + "\nrest without an end");
        }
        await(ExternalAlertCounter.LINES, 3);
        offer(live(1));
        offer(live(2));
        end(runtime);
        assertThat(texts).containsExactly("in two pieces", "whole");
        assertThat(telemetry.total(ExternalAlertCounter.MALFORMED)).isOne();
        assertThat(socket).doesNotExist();
    }

    @Test
    void shouldFollowAFileThroughItsRotation() throws IOException {
        final Path file = Files.writeString(folder.resolve("alerts.json"),
            line("192.168.1.10", 1, "8.8.8.8", 443, "old") + "\n");
        final ScriptRuntime runtime = launch(file, false);
        append(file, line("192.168.1.10", 1, "8.8.8.8", 443, "added"));
        await(ExternalAlertCounter.OFFERED, 1);
        Files.move(file, folder.resolve("alerts.json.1"));
        append(file, line("192.168.1.10", 2, "8.8.8.8", 443, "after rotation"));
        await(ExternalAlertCounter.OFFERED, 2);
        offer(live(1));
        offer(live(2));
        end(runtime);
        assertThat(texts).containsExactly("added", "after rotation");
    }

    @ParameterizedTest
    @ValueSource(longs = {-HOUR_NS, HOUR_NS})
    void shouldLetAlertsGrowOldByTheTimeOfFlowsHoweverTheWallClockIsSet(final long aheadOfWallNs) throws IOException {
        flowTimeNs = NOW_NS + aheadOfWallNs;
        final Path file = Files.createFile(folder.resolve("alerts.json"));
        final ScriptRuntime runtime = launch(file, false);
        append(file, line("192.168.1.10", 1, "8.8.8.8", 443, "in time"));
        append(file, line("192.168.1.10", 2, "8.8.8.8", 443, "too late"));
        await(ExternalAlertCounter.OFFERED, 2);
        offer(live(1).u64(FlowEventDescriptor.TIME_NS, flowTimeNs));
        offer(live(2).u64(FlowEventDescriptor.TIME_NS, flowTimeNs + HOUR_NS / 2));
        end(runtime);
        assertThat(texts).containsExactly("in time", "nil");
    }

    @Test
    void shouldTakeThePlaceOfASocketThatARunLeftBehind() throws IOException {
        final Path socket = folder.resolve("alerts.sock");
        try (java.nio.channels.ServerSocketChannel left =
            java.nio.channels.ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(socket));
            assertThatThrownBy(() -> launch(socket, false)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("external alerts: " + socket + ": another process listens there: name a file, or a place "
                    + "where a Unix socket can be made");
        }
        end(launch(socket, false));
        assertThatThrownBy(() -> launch(folder, false)).hasMessageContaining("is neither a file nor a socket");
    }

    private ScriptRuntime launch(final Path alerts, final boolean replay) throws IOException {
        final Path script = Files.writeString(folder.resolve("script.lua"), """
            local function ask()
                local text = flow.retrieveExternalAlertInfo()
                io.write(text and require("dkjson").decode(text).alert.signature or "nil")
            end
            return { periodic_update_seconds = 30, hooks = { periodicUpdate = ask, flowEnd = ask } }
            """);
        final ScriptConfig config = ScriptConfig.defaults().withScriptPaths(List.of(script))
            .withInputs(new ScriptInputs(
                Optional.empty(), Optional.empty(), Optional.of(alerts), 1 << 16, 1 << 16, () -> flowTimeNs));
        return ScriptRuntime.launch(
            config.withThreads(replay, config.idleStrategy(), config.threadFactory()), ScriptHarness.names(),
            List.of(new PlaceTable(PlaceSource.nowhere())), List.of(List.of(events)), List.of(output), telemetry,
            problem -> texts.add(problem.toString()));
    }

    private void end(final ScriptRuntime runtime) {
        runtime.awaitDrained();
        runtime.close();
        output.read((type, buffer, offset, length) -> {
            if (type == OutputMessage.TEXT) {
                texts.add(buffer.getStringWithoutLengthUtf8(offset, length));
            }
        });
    }

    private void offer(final EventBuilder event) {
        assertThat(events.write(
            event.buffer().getByte(FlowEventDescriptor.KIND), event.buffer(), 0, event.length())).isTrue();
    }

    private void await(final ExternalAlertCounter counter, final long value) {
        while (telemetry.total(counter) < value) {
            Thread.onSpinWait();
        }
    }

    private String counts() {
        final StringBuilder text = new StringBuilder();
        for (final ExternalAlertCounter counter : ExternalAlertCounter.values()) {
            if (counter == ExternalAlertCounter.UNMATCHED) {
                text.append("taken ").append(telemetry.total(ScriptCounter.EXTERNAL_ALERTS_TAKEN)).append(' ');
            }
            text.append(counter.name().toLowerCase(java.util.Locale.ROOT)).append(' ')
                .append(telemetry.total(counter)).append(' ');
        }
        return text.toString().strip();
    }

    private static EventBuilder live(final int port) {
        return event(FLOW_END, port).u16(FlowEventDescriptor.CLI_PORT, port).u64(FlowEventDescriptor.TIME_NS, NOW_NS);
    }

    private static String line(
        final String from, final int fromPort, final String to, final int toPort, final String signature) {

        return "{\"src_ip\":\"" + from + "\",\"src_port\":" + fromPort + ",\"dest_ip\":\"" + to + "\",\"dest_port\":"
            + toPort + ",\"proto\":\"TCP\",\"alert\":{\"signature\":\"" + signature + "\",\"severity\":2}}";
    }

    private static void write(final SocketChannel channel, final String text) throws IOException {
        final ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void append(final Path file, final String line) throws IOException {
        Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
