package io.millrace.script.lua;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.millrace.script.file.BoundedFile;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The settings file of {@code --script-config}: a JSON object with one member per script.
 *
 * <pre>{@code
 * {
 *     "tls_certificate": false,                    // off; true is on
 *     "longlived": {"enabled": true, "values": {"max_duration_s": 7200}}
 * }
 * }</pre>
 *
 * <p>Comments are fine. Whether the values are those that the script declares is checked where it is loaded.
 */
public final class ScriptSettings {
    private static final JsonFactory JSON = JsonFactory.builder()
        .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .build();

    private final Path file;

    private ScriptSettings(final Path file) {
        this.file = file;
    }

    /**
     * Reads the file.
     *
     * @return what it says, by script name.
     * @throws IllegalArgumentException with file, line and what to do where it cannot be read or is not as described.
     */
    public static Map<String, ScriptWish> read(final Path file) {
        final ScriptSettings settings = new ScriptSettings(file);
        try (JsonParser parser = JSON.createParser(BoundedFile.read(file))) {
            return settings.scripts(parser);
        } catch (final StreamReadException e) {
            throw new IllegalArgumentException(
                file + ":" + e.getLocation().getLineNr() + ": " + e.getOriginalMessage() + ": correct the JSON");
        } catch (final NoSuchFileException e) {
            throw new IllegalArgumentException("no such file: " + file + ": check the path");
        } catch (final IOException e) {
            throw new IllegalArgumentException("cannot be read: " + file + ": " + reason(e)
                + ": name a JSON file that may be read");
        }
    }

    private static String reason(final IOException e) {
        return e instanceof AccessDeniedException ? "permission denied" : e.getMessage();
    }

    private Map<String, ScriptWish> scripts(final JsonParser parser) throws IOException {
        final Map<String, ScriptWish> wishes = new LinkedHashMap<>();
        require(parser.nextToken() == JsonToken.START_OBJECT, parser, "an object");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            final String script = parser.currentName();
            final int line = line(parser);
            final JsonToken value = parser.nextToken();
            require(value != null && (value.isBoolean() || value == JsonToken.START_OBJECT), parser,
                "true, false or an object for \"" + script + "\"");
            wishes.put(script, value == JsonToken.START_OBJECT ? wish(parser, script, line)
                : new ScriptWish(Optional.of(value == JsonToken.VALUE_TRUE), "", file, line, Map.of()));
        }
        require(parser.nextToken() == null, parser, "nothing after the object");
        return wishes;
    }

    private ScriptWish wish(final JsonParser parser, final String script, final int line) throws IOException {
        Optional<Boolean> enabled = Optional.empty();
        final StringWriter values = new StringWriter();
        final Map<String, Integer> lines = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            final String name = parser.currentName();
            final JsonToken value = parser.nextToken();
            switch (name) {
                case "enabled" -> {
                    require(value.isBoolean(), parser, "true or false for \"enabled\" of \"" + script + "\"");
                    enabled = Optional.of(value == JsonToken.VALUE_TRUE);
                }
                case "values" -> {
                    require(value == JsonToken.START_OBJECT, parser,
                        "an object for \"values\" of \"" + script + "\"");
                    try (JsonGenerator copy = JSON.createGenerator(values)) {
                        copyObject(parser, copy, lines);
                    }
                }
                default -> throw expected(parser,
                    "\"enabled\" or \"values\" for \"" + script + "\", not \"" + name + "\"");
            }
        }
        return new ScriptWish(enabled, values.toString(), file, line, lines);
    }

    private void copyObject(final JsonParser parser, final JsonGenerator copy, final Map<String, Integer> lines)
        throws IOException {

        int depth = 1;
        copy.copyCurrentEvent(parser);
        while (depth > 0) {
            final JsonToken token = parser.nextToken();
            require(token != JsonToken.VALUE_NULL, parser, "a value: leave out what shall be as the script says; null");
            if (token == JsonToken.FIELD_NAME && depth == 1) {
                lines.put(parser.currentName(), line(parser));
            }
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            copy.copyCurrentEvent(parser);
        }
    }

    private void require(final boolean condition, final JsonParser parser, final String expected) {
        if (!condition) {
            throw expected(parser, expected);
        }
    }

    private IllegalArgumentException expected(final JsonParser parser, final String expected) {
        return new IllegalArgumentException(file + ":" + line(parser) + ": expected " + expected
            + ": write {\"script_name\": {\"enabled\": true, \"values\": {\"name\": 1}}} or {\"script_name\": false}");
    }

    private static int line(final JsonParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }
}
