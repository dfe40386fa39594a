package io.millrace.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a live capture and a replay of the same frames say alike of each flow. */
final class FlowLines {
    private static final Pattern FLOW = Pattern.compile("\"event_type\":\"flow\".*(\"src_ip\":.*?),\"community_id\".*"
        + "(\"pkts_toserver\":\\d+,\"pkts_toclient\":\\d+,\"bytes_toserver\":\\d+,\"bytes_toclient\":\\d+)"
        + ".*(\"ndpi\":\\{\"proto\":\"[^\"]*\")");

    private FlowLines() {
    }

    /** Ends, packets, bytes and application of each flow of an EVE file. */
    static List<String> of(final Path eve) throws IOException {
        return Files.readAllLines(eve).stream().map(FLOW::matcher).filter(Matcher::find)
            .map(flow -> flow.group(1) + flow.group(2) + flow.group(3)).toList();
    }
}
