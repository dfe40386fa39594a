package io.millrace.bench.process;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.bench.report.Machine;
import io.millrace.binding.link.EnvironmentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One {@code millrace replay} as a user would start it.
 *
 * @param run     what the process took.
 * @param summary the numbers of its summary, those of inner objects as {@code outer.inner}.
 */
public record Replay(MeasuredRun run, Map<String, Double> summary) {
    /** Replays a capture with further flags; fails where the replay does. */
    public static Replay of(final Path capture, final List<String> flags) throws IOException {
        final Path json = Files.createTempFile("millrace-summary", ".json");
        try {
            return new Replay(MeasuredRun.successful(command(capture, json, flags)), read(json));
        } finally {
            Files.deleteIfExists(json);
        }
    }

    /** The command line of such a replay. */
    public static List<String> command(final Path capture, final Path json, final List<String> flags) {
        final Path launcher = Machine.home().resolve("deploy/millrace");
        if (!Files.isExecutable(launcher)) {
            throw new EnvironmentException("not here: " + launcher + ": run deploy/quickstart");
        }
        final List<String> command =
            new ArrayList<>(List.of(launcher.toString(), "replay", capture.toString(), "--quiet",
            "--summary-json", json.toString()));
        command.addAll(flags);
        return command;
    }

    /** A whole number of the summary. */
    public long count(final String name) {
        return summary.getOrDefault(name, -1.0).longValue();
    }

    /** A number of the summary. */
    public double value(final String name) {
        return summary.getOrDefault(name, Double.NaN);
    }

    private static Map<String, Double> read(final Path file) throws IOException {
        final Map<String, Double> numbers = new HashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(file.toFile())) {
            String outer = "";
            parser.nextToken();
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.START_OBJECT) {
                    outer = parser.currentName() + ".";
                } else if (token == JsonToken.END_OBJECT) {
                    outer = "";
                } else if (token.isNumeric()) {
                    numbers.put(outer + parser.currentName(), parser.getDoubleValue());
                }
            }
        }
        return numbers;
    }
}
