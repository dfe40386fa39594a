package io.millrace.script.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * Tells whether the information a script gave with an alert is a JSON object, and puts it on one line. Writer thread
 * only; allocates a parser per alert.
 */
final class InfoJson {
    private final JsonFactory factory = new JsonFactory();

    /** Whether the bytes are exactly one JSON object in valid UTF-8. */
    boolean isObject(final byte[] bytes, final int length) {
        if (!Utf8.isValid(bytes, 0, length)) {
            return false;
        }
        try (JsonParser parser = factory.createParser(bytes, 0, length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            int depth = 1;
            while (depth > 0) {
                final JsonToken token = parser.nextToken();
                if (token == null) {
                    return false;
                }
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            }
            return parser.nextToken() == null;
        } catch (final IOException notJson) {
            return false;
        }
    }

    /** Drops white space between tokens in place; returns the new length. The bytes must be valid JSON. */
    static int compact(final byte[] json, final int length) {
        int to = 0;
        boolean inText = false;
        for (int from = 0; from < length; from++) {
            final byte b = json[from];
            if (inText && b == '\\') {
                json[to++] = b;
                json[to++] = json[++from];
            } else {
                inText ^= b == '"';
                if (inText || b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                    json[to++] = b;
                }
            }
        }
        return to;
    }
}
