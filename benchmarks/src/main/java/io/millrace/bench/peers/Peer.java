package io.millrace.bench.peers;

import io.millrace.bench.process.MeasuredRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program of Debian that reads a capture and keeps flows, with the flags that make it do so and nothing more. */
enum Peer {
    /** nDPI's own reader: detection, all flows in memory, a report at the end. */
    NDPI_READER("ndpiReader", "libndpi-bin", "of (\\d+) packets total") {
        @Override
        List<String> command(final Path program, final Path capture, final Path scratch, final int flows) {
            return List.of(program.toString(), "-i", capture.toString());
        }
    },
    /**
     * NetFlow probe; a table for all flows of the capture, statistics at the end, nothing exported. With a control
     * socket it does not end at the end of a file.
     */
    SOFTFLOWD("softflowd", "softflowd", "Packets processed: (\\d+)[\\s\\S]*Ignored packets: (\\d+)") {
        @Override
        List<String> command(final Path program, final Path capture, final Path scratch, final int flows) {
            return List.of(program.toString(), "-r", capture.toString(), "-d", "-m", Integer.toString(2 * flows),
                "-c", "none");
        }
    },
    /** NetFlow collector's own probe; writes its flow files. It counts no packets that are not IP. */
    NFPCAPD("nfpcapd", "nfdump", null) {
        @Override
        List<String> command(final Path program, final Path capture, final Path scratch, final int flows) {
            return List.of(program.toString(), "-r", capture.toString(), "-l", scratch.toString());
        }
    };

    private static final List<String> FOLDERS = List.of("/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin");

    private final String program;
    private final String debianPackage;
    private final Pattern packets;

    Peer(final String program, final String debianPackage, final String packets) {
        this.program = program;
        this.debianPackage = debianPackage;
        this.packets = packets == null ? null : Pattern.compile(packets);
    }

    abstract List<String> command(Path program, Path capture, Path scratch, int flows);

    String program() {
        return program;
    }

    String debianPackage() {
        return debianPackage;
    }

    /** Where the program is; {@code null} where it is not installed. */
    Path find() {
        return FOLDERS.stream().map(folder -> Path.of(folder, program)).filter(Files::isExecutable)
            .findFirst().orElse(null);
    }

    MeasuredRun run(final Path capture, final Path scratch, final int flows) throws IOException {
        return MeasuredRun.successful(command(find(), capture, scratch, flows));
    }

    /** Packets that it says it has read; -1 where it does not say. */
    long packets(final MeasuredRun run) {
        final Matcher matcher = packets == null ? null : packets.matcher(run.output());
        if (matcher == null || !matcher.find()) {
            return -1;
        }
        long sum = 0;
        for (int i = 1; i <= matcher.groupCount(); i++) {
            sum += Long.parseLong(matcher.group(i));
        }
        return sum;
    }
}
