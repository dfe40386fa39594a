package io.millrace.launch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.millrace.engine.config.ConfigException;
import io.millrace.engine.parse.NonIpKind;
import io.millrace.engine.telemetry.CounterDescriptor;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.LatencyKind;
import io.millrace.engine.telemetry.LatencySummary;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.external.ExternalAlertCounter;
import io.millrace.script.intake.ScriptCounter;
import io.millrace.script.output.OutputCounter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/** The file of {@code --summary-json}: opened before the run, so that it can be refused in time, written at its end. */
final class SummaryJson implements AutoCloseable {
    private static final double NS_PER_S = 1e9;

    private final Path path;
    private final OutputStream stream;

    private SummaryJson(final Path path, final OutputStream stream) {
        this.path = path;
        this.stream = stream;
    }

    /**
     * Opens the file.
     *
     * @throws ConfigException where it cannot be written.
     */
    static SummaryJson open(final Path path) {
        try {
            return new SummaryJson(path, Files.newOutputStream(path));
        } catch (final NoSuchFileException e) {
            throw new ConfigException("--summary-json: no such folder: " + path + ": create it or give another path");
        } catch (final AccessDeniedException e) {
            throw new ConfigException("--summary-json: no permission to write: " + path + ": give another path");
        } catch (final IOException e) {
            throw new ConfigException(
                "--summary-json: cannot write: " + path + " (" + e.getMessage() + "): give another path");
        }
    }

    /** Writes the object; returns what went wrong in one line, or null. */
    String write(final RunResult result) {
        try (JsonGenerator json = new JsonFactory().createGenerator(stream)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));
            json.writeStartObject();
            writeTotals(json, result);
            writeLatencies(json, result.telemetry().latencies());
            if (result.profile() != null) {
                ScriptProfileReport.write(json, result.profile());
            }
            writeVersions(json);
            json.writeEndObject();
            json.writeRaw('\n');
            return null;
        } catch (final IOException e) {
            return "--summary-json: cannot write: " + path + " (" + e.getMessage() + "): free space, and run again";
        }
    }

    @Override
    public void close() {
        try {
            stream.close();
        } catch (final IOException e) {
            // Told by write, which closes the stream too.
        }
    }

    private static void writeTotals(final JsonGenerator json, final RunResult result) throws IOException {
        final Telemetry telemetry = result.telemetry();
        final long packets = telemetry.total(EngineCounter.RECEIVED);
        json.writeNumberField("packets", packets);
        json.writeNumberField("bytes", telemetry.total(EngineCounter.RECEIVED_BYTES));
        json.writeNumberField("flows", telemetry.total(EngineCounter.FLOWS_CREATED));
        json.writeNumberField("events", telemetry.total(EngineCounter.EVENTS_PRODUCED));
        write(json, telemetry, ScriptCounter.HOOKS_RUN);
        write(json, telemetry, ScriptCounter.HOOKS_FAILED);
        write(json, telemetry, ScriptCounter.HOOKS_TIMED_OUT);
        write(json, telemetry, ScriptCounter.HOOKS_SKIPPED);
        write(json, telemetry, ScriptCounter.HOOKS_OUT_OF_MEMORY);
        write(json, telemetry, ScriptCounter.FUNCTIONS_BLOCKED);
        write(json, telemetry, ScriptCounter.SCRIPTS_SWITCHED_OFF);
        json.writeNumberField("alerts", telemetry.total(ScriptCounter.ALERTS_RAISED));
        write(json, telemetry, ScriptCounter.STORE_REFUSED);
        write(json, telemetry, OutputCounter.RECORDS_WRITTEN);
        json.writeNumberField("records_dropped", result.recordsDropped());
        write(json, telemetry, EngineCounter.PARSED);
        write(json, telemetry, EngineCounter.NOT_IP);
        for (final CounterDescriptor anomaly : PacketAnomalies.COUNTERS) {
            write(json, telemetry, anomaly);
        }
        write(json, telemetry, EngineCounter.FRAGMENTS);
        write(json, telemetry, EngineCounter.FRAGMENTS_HELD);
        json.writeObjectFieldStart("not_ip_kinds");
        for (final Map.Entry<String, Long> kind : telemetry.nonIpTotals(NonIpKind::key).entrySet()) {
            json.writeNumberField(kind.getKey(), kind.getValue());
        }
        json.writeEndObject();
        json.writeNumberField("elapsed_s", result.elapsedNs() / NS_PER_S);
        json.writeNumberField("startup_s", result.startupS());
        json.writeNumberField("pps", Math.round(result.framesPerSecond(packets)));
        write(json, telemetry, EngineCounter.RX_MISSED);
        json.writeNumberField("peak_rss_bytes", ProcessFacts.peakResidentBytes());
        if (telemetry.total(ExternalAlertCounter.LINES) > 0) {
            for (final ExternalAlertCounter counter : ExternalAlertCounter.values()) {
                write(json, telemetry, counter);
            }
            write(json, telemetry, ScriptCounter.EXTERNAL_ALERTS_TAKEN);
        }
    }

    private static void write(final JsonGenerator json, final Telemetry telemetry, final CounterDescriptor counter)
        throws IOException {
        json.writeNumberField(counter.key(), telemetry.total(counter));
    }

    private static void writeLatencies(final JsonGenerator json, final Map<LatencyKind, LatencySummary> latencies)
        throws IOException {
        for (final Map.Entry<LatencyKind, LatencySummary> entry : latencies.entrySet()) {
            final LatencySummary summary = entry.getValue();
            if (summary.count() > 0) {
                json.writeObjectFieldStart(entry.getKey().key());
                json.writeNumberField("p50", summary.p50Ns());
                json.writeNumberField("p99", summary.p99Ns());
                json.writeNumberField("p99.99", summary.p9999Ns());
                json.writeNumberField("max", summary.maxNs());
                json.writeEndObject();
            }
        }
    }

    private static void writeVersions(final JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("versions");
        json.writeStringField("dpdk", VersionText.dpdk());
        json.writeStringField("ndpi", VersionText.ndpi());
        json.writeStringField("luajit", VersionText.luajit());
        json.writeStringField("java", VersionText.java());
        json.writeEndObject();
    }
}
