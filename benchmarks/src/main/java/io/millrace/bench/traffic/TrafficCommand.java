package io.millrace.bench.traffic;

import io.millrace.bench.report.CountConverter;
import io.millrace.engine.config.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code benchmarks/run traffic}: the generator on its own. */
@Command(name = "traffic", mixinStandardHelpOptions = true,
    description = "Writes a capture of generated traffic, or a mix made of captures; same flags, same file.")
public final class TrafficCommand implements Callable<Integer> {
    @Option(names = "--flows", defaultValue = "100K", converter = CountConverter.class, paramLabel = "N",
        description = "Different five-tuples; with --from at least so many (default: ${DEFAULT-VALUE}).")
    private int flows;

    @Option(names = "--packets", defaultValue = "1M", converter = CountConverter.class, paramLabel = "N",
        description = "Packets; with --from at least so many (default: ${DEFAULT-VALUE}).")
    private int packets;

    @Option(names = "--size", defaultValue = "64", paramLabel = "BYTES|imix",
        description = "Frame length on the wire with its checksum, 64 to 1518, or imix: 7 of 64, 4 of 594, 1 of 1518"
            + " (default: ${DEFAULT-VALUE}).")
    private String size;

    @Option(names = "--zipf", defaultValue = "0", paramLabel = "EXPONENT",
        description = "Popularity of the flows: 0 even, 1 the law of Zipf (default: ${DEFAULT-VALUE}).")
    private double zipf;

    @Option(names = "--tcp", defaultValue = "0", paramLabel = "PERCENT",
        description = "Share of the flows that are TCP with a handshake (default: ${DEFAULT-VALUE}).")
    private int tcpPercent;

    @Option(names = "--tcp-close", description = "Ends TCP flows of five or more packets with FIN both ways.")
    private boolean tcpClose;

    @Option(names = "--empty", description = "Packets without payload; short frames are padded.")
    private boolean empty;

    @Option(names = "--vlans", defaultValue = "0", paramLabel = "N",
        description = "VLANs that the packets of each flow alternate between; each VLAN makes it another flow"
            + " (default: ${DEFAULT-VALUE}, untagged).")
    private int vlans;

    @Option(names = "--seed", defaultValue = "7", paramLabel = "N",
        description = "Of everything drawn (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--from", arity = "1..*", paramLabel = "CAPTURE",
        description = "Captures (pcap, Ethernet) repeated with other addresses until there are enough flows and"
            + " packets; the flags for generated traffic have no meaning then.")
    private List<Path> from = List.of();

    @Parameters(paramLabel = "OUT.pcap", description = "File to write.")
    private Path file;

    @Override
    public Integer call() throws IOException {
        if (from.isEmpty()) {
            final TrafficSpec spec = spec();
            final int written = TrafficGenerator.write(spec, file);
            System.out.printf("%s: %d packets, %d flows%n", file, spec.packets(), written);
        } else {
            final CaptureMix.Result mix = CaptureMix.write(from, flows, packets, file);
            System.out.printf("%s: %d packets, %d flows, %d repetitions%n",
                file, mix.packets(), mix.flows(), mix.repetitions());
        }
        return 0;
    }

    private TrafficSpec spec() {
        final int sizeBytes;
        if (size.equals("imix")) {
            sizeBytes = 0;
        } else {
            try {
                sizeBytes = Integer.parseInt(size);
            } catch (final NumberFormatException e) {
                throw new ConfigException("--size must be imix or a number of bytes: " + size);
            }
            if (sizeBytes == 0) {
                throw new ConfigException("--size must be from 64 to 1518, or imix: 0");
            }
        }
        return new TrafficSpec(flows, packets, sizeBytes, zipf, tcpPercent, tcpClose, empty, vlans, seed);
    }
}
