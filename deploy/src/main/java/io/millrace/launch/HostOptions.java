package io.millrace.launch;

import io.millrace.engine.config.ConfigException;
import io.millrace.script.geo.AsnDatabase;
import io.millrace.script.geo.PlaceSource;
import io.millrace.script.intake.HostLists;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Flags about what is known of the hosts of a flow; part of {@link ScriptOptions}. */
final class HostOptions {
    @Option(names = "--local-networks", paramLabel = "CIDR", split = ",",
        defaultValue = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,127.0.0.0/8,fc00::/7,fe80::/10,::1/128",
        description = "Networks whose hosts count as local, separated by commas; an entry that begins with / or ./ is a"
            + " file of networks, one a line, read again by a reload (default: ${DEFAULT-VALUE}).")
    private List<String> localNetworks;

    @Option(names = "--blacklist", paramLabel = "FILE",
        description = "File of blacklisted addresses and networks, one a line, read again by a reload"
            + " (default: none).")
    private Path blacklist;

    @Option(names = "--external-alerts", paramLabel = "PATH",
        description = "File of other programs' alerts, one JSON object a line as in Suricata's EVE, or place of a Unix"
            + " socket to read them from (default: none).")
    private Path externalAlerts;

    @Option(names = "--geoip", paramLabel = "FILE",
        description = "MaxMind database, City or Country (default: the tables of the package tor-geoipdb).")
    private Path geoip;

    @Option(names = "--geoip-asn", paramLabel = "FILE",
        description = "MaxMind database of autonomous systems, for `cli.asn` and `srv.asn` of getFullInfo"
            + " (default: none).")
    private Path geoipAsn;

    /** Networks whose hosts count as local, or files of them. */
    List<String> localNetworks() {
        return List.copyOf(localNetworks);
    }

    /** File of hosts that count as blacklisted. */
    Optional<Path> blacklist() {
        return Optional.ofNullable(blacklist);
    }

    /** Where other programs' alerts come from. */
    Optional<Path> externalAlerts() {
        return Optional.ofNullable(externalAlerts);
    }

    /** Database of autonomous systems. */
    Optional<Path> asnDatabase() {
        return Optional.ofNullable(geoipAsn);
    }

    /** Where addresses are. */
    PlaceSource places() {
        return geoip == null ? PlaceSource.ofTables(PlaceSource.TOR_DIRECTORY) : PlaceSource.ofDatabase(geoip);
    }

    /** Files that are read. */
    Stream<Path> inputFiles() {
        return Stream.concat(HostLists.files(localNetworks).stream(),
            Stream.of(blacklist, externalAlerts, geoip, geoipAsn).filter(Objects::nonNull));
    }

    /** Reads once what the run will read; throws {@link ConfigException} with the flag that is wrong. */
    void check() {
        try {
            new HostLists(localNetworks, Optional.empty());
        } catch (final IllegalArgumentException e) {
            throw new ConfigException("--local-networks: " + e.getMessage());
        }
        if (blacklist != null) {
            try {
                new HostLists(List.of(), Optional.of(blacklist));
            } catch (final IllegalArgumentException e) {
                throw new ConfigException("--blacklist: " + e.getMessage());
            }
        }
        if (geoipAsn != null) {
            AsnDatabase.open(geoipAsn);
        }
    }
}
