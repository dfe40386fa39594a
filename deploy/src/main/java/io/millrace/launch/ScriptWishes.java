package io.millrace.launch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.millrace.engine.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads {@code --script-config}: a JSON object, script names with {@code true} or {@code false}; comments are fine. */
final class ScriptWishes {
    private static final JsonFactory JSON = JsonFactory.builder()
        .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .build();

    private ScriptWishes() {
    }

    /** By script name, whether it should run. */
    static Map<String, Boolean> read(final Path file) {
        final Map<String, Boolean> wishes = new LinkedHashMap<>();
        try (JsonParser parser = JSON.createParser(Files.readAllBytes(file))) {
            require(parser.nextToken() == JsonToken.START_OBJECT, file, parser, "an object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                final String script = parser.currentName();
                final JsonToken value = parser.nextToken();
                require(value != null && value.isBoolean(), file, parser, "true or false for \"" + script + "\"");
                wishes.put(script, value == JsonToken.VALUE_TRUE);
            }
            require(parser.nextToken() == null, file, parser, "nothing after the object");
        } catch (final StreamReadException e) {
            throw new ConfigException("--script-config: " + file + ":" + e.getLocation().getLineNr() + ": "
                + e.getOriginalMessage() + ": correct the JSON");
        } catch (final NoSuchFileException e) {
            throw new ConfigException("--script-config: no such file: " + file + ": check the path");
        } catch (final IOException e) {
            throw new ConfigException("--script-config: cannot be read: " + file + ": " + e.getMessage());
        }
        return wishes;
    }

    private static void require(
        final boolean condition, final Path file, final JsonParser parser, final String expected) {
        if (!condition) {
            throw new ConfigException("--script-config: " + file + ":" + parser.currentLocation().getLineNr()
                + ": expected " + expected + ": write {\"script_name\": false}");
        }
    }
}
