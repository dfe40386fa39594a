package io.millrace.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** What a live capture and a replay of the same frames say alike of each flow. */
final class FlowLines {
    private static final Pattern FLOW = Pattern.compile("\"event_type\":\"flow\".*(\"src_ip\":.*?),\"community_id\".*"
        + "(\"pkts_toserver\":\\d+,\"pkts_toclient\":\\d+,\"bytes_toserver\":\\d+,\"bytes_toclient\":\\d+)"
        + ".*(\"ndpi\":\\{\"proto\":\"[^\"]*\")");

    private static final String TIMES = "\"event_type\":\"flow\".*\"start\":\"([^\"]+)\",\"end\":\"([^\"]+)\"";
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSxx");

    private FlowLines() {
    }

    /** Ends, packets, bytes and application of each flow of an EVE file. */
    static List<String> of(final Path eve) throws IOException {
        return Files.readAllLines(eve).stream().map(FLOW::matcher).filter(Matcher::find)
            .map(flow -> flow.group(1) + flow.group(2) + flow.group(3)).toList();
    }

    /** When the flows of an EVE file began and ended: the time of their first and of their last packet. */
    static List<OffsetDateTime> times(final Path eve) throws IOException {
        return times(eve, TIMES);
    }

    /** Every time that a pattern finds in the lines of an EVE file, in its groups. */
    static List<OffsetDateTime> times(final Path eve, final String pattern) throws IOException {
        return Files.readAllLines(eve).stream().flatMap(line -> Pattern.compile(pattern).matcher(line).results())
            .flatMap(found -> IntStream.rangeClosed(1, found.groupCount()).mapToObj(found::group))
            .map(time -> OffsetDateTime.parse(time, TIME)).toList();
    }
}
