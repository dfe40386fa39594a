package io.millrace.launch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.millrace.script.ScriptConfig;
import io.millrace.script.lua.Finding;
import io.millrace.script.lua.ScriptCheck;
import io.millrace.script.lua.ScriptDescription;
import io.millrace.script.lua.ScriptSetting;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What {@code millrace scripts list --json} prints: one object with the scripts, the findings and the limits. */
final class ScriptListJson {
    private ScriptListJson() {
    }

    static String of(final ScriptCheck check, final ScriptConfig config, final int threads) {
        final StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));
            json.writeStartObject();
            json.writeArrayFieldStart("scripts");
            for (final ScriptDescription script : check.scripts()) {
                write(json, script);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("findings");
            for (final Finding finding : check.findings()) {
                write(json, finding);
            }
            json.writeEndArray();
            writeLimits(json, config, threads);
            json.writeEndObject();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(final JsonGenerator json, final ScriptDescription script) throws IOException {
        json.writeStartObject();
        json.writeStringField("key", script.key());
        json.writeStringField("title", script.title());
        json.writeStringField("description", script.description());
        json.writeStringField("source", script.path().toString());
        json.writeStringField("state", script.state().name().toLowerCase(Locale.ROOT));
        if (!script.reason().isEmpty()) {
            json.writeStringField("reason", script.reason());
        }
        write(json, "hooks", script.hooks());
        write(json, "filters", script.filters());
        json.writeArrayFieldStart("settings");
        for (final ScriptSetting setting : script.settings()) {
            json.writeStartObject();
            json.writeStringField("name", setting.name());
            json.writeFieldName("value");
            json.writeRawValue(setting.value());
            json.writeFieldName("default");
            json.writeRawValue(setting.defaultValue());
            json.writeStringField("description", setting.description());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(final JsonGenerator json, final Finding finding) throws IOException {
        json.writeStartObject();
        json.writeStringField("severity", finding.severity().name().toLowerCase(Locale.ROOT));
        json.writeStringField("file", finding.path().toString());
        if (finding.line() > 0) {
            json.writeNumberField("line", finding.line());
        }
        json.writeStringField("message", finding.message());
        json.writeEndObject();
    }

    private static void writeLimits(final JsonGenerator json, final ScriptConfig config, final int threads)
        throws IOException {

        json.writeObjectFieldStart("limits");
        json.writeNumberField("threads", threads);
        json.writeNumberField("memory_bytes", config.memoryBytes());
        json.writeNumberField("deadline_ns", config.deadlineNs());
        json.writeNumberField("store_bytes", config.inputs().storeBytes());
        write(json, "allowed", config.allowedLibraries().stream().sorted().toList());
        json.writeEndObject();
        write(json, "folders", config.scriptPaths().stream().map(Path::toString).toList());
        if (config.inputs().settingsFile().isPresent()) {
            json.writeStringField("script_config", config.inputs().settingsFile().get().toString());
        }
    }

    private static void write(final JsonGenerator json, final String name, final List<String> values)
        throws IOException {

        json.writeArrayFieldStart(name);
        for (final String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
