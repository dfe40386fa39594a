package io.millrace.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a live capture and a replay of the same frames say alike of each flow. */
final class FlowLines {
    private static final Pattern FLOW = Pattern.compile("\"event_type\":\"flow\".*(\"src_ip\":.*?),\"community_id\".*"
        + "(\"pkts_toserver\":\\d+,\"pkts_toclient\":\\d+,\"bytes_toserver\":\\d+,\"bytes_toclient\":\\d+)"
        + ".*(\"ndpi\":\\{\"proto\":\"[^\"]*\")");

    private static final Pattern TIMES = Pattern.compile(
        "\"event_type\":\"flow\".*\"start\":\"([^\"]+)\",\"end\":\"([^\"]+)\"");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSxx");

    private FlowLines() {
    }

    /** Ends, packets, bytes and application of each flow of an EVE file. */
    static List<String> of(final Path eve) throws IOException {
        return Files.readAllLines(eve).stream().map(FLOW::matcher).filter(Matcher::find)
            .map(flow -> flow.group(1) + flow.group(2) + flow.group(3)).toList();
    }

    /** From the first packet of all flows of an EVE file to the last one, as the kernel stamped them. */
    static long microseconds(final Path eve) throws IOException {
        final List<MatchResult> flows = Files.readAllLines(eve).stream()
            .flatMap(line -> TIMES.matcher(line).results()).toList();
        return ChronoUnit.MICROS.between(
            flows.stream().map(flow -> time(flow, 1)).min(Comparator.naturalOrder()).orElseThrow(),
            flows.stream().map(flow -> time(flow, 2)).max(Comparator.naturalOrder()).orElseThrow());
    }

    private static OffsetDateTime time(final MatchResult flow, final int group) {
        return OffsetDateTime.parse(flow.group(group), TIME);
    }
}
