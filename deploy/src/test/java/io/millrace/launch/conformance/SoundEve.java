package io.millrace.launch.conformance;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An EVE file read as the strictest reader would: UTF-8 without a wrong byte, one JSON object a line, no key twice in
 * it, numbers that are numbers.
 *
 * @param packets of all flow records.
 * @param faults  one line for each line of the file that such a reader would refuse.
 */
record SoundEve(long packets, List<String> faults) {
    private static final JsonFactory STRICT =
        JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    static SoundEve read(final Path eve) throws IOException {
        final List<String> faults = new ArrayList<>();
        final String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(eve))).toString();
        } catch (final CharacterCodingException e) {
            return new SoundEve(0, List.of("EVE is not UTF-8: " + e.getMessage()));
        }
        if (!text.isEmpty() && !text.endsWith("\n")) {
            faults.add("EVE's last line has no end");
        }
        long packets = 0;
        for (final String line : text.lines().toList()) {
            try {
                requireFiniteNumbers(line);
                final Map<String, Object> event = JSON.std.mapFrom(line);
                if ("flow".equals(event.get("event_type"))) {
                    final Map<?, ?> flow = (Map<?, ?>) event.get("flow");
                    packets += number(flow, "pkts_toserver") + number(flow, "pkts_toclient");
                }
            } catch (final IOException | IllegalArgumentException e) {
                faults.add(e.getMessage() + ": " + line);
            }
        }
        return new SoundEve(packets, faults);
    }

    private static void requireFiniteNumbers(final String line) throws IOException {
        try (JsonParser parser = STRICT.createParser(line)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.VALUE_NUMBER_FLOAT && !Double.isFinite(parser.getDoubleValue())) {
                    throw new IllegalArgumentException("number beyond all limits " + parser.getText());
                }
            }
        }
    }

    private static long number(final Map<?, ?> object, final String field) {
        return ((Number) object.get(field)).longValue();
    }
}
