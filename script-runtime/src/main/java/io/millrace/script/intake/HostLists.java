package io.millrace.script.intake;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which hosts count as local, and which as blacklisted. A reload reads both anew; flows that are known already keep
 * what was found for them. One for all script threads; any thread.
 */
public final class HostLists {
    private final List<String> localEntries;
    private final Optional<Path> blacklistFile;

    private volatile Sets sets;

    private record Sets(NetworkSet localNetworks, NetworkSet blacklist) {
    }

    /** What {@link #read()} found, until {@link #use} takes it up. */
    public static final class Reading {
        private final Sets sets;

        private Reading(final Sets sets) {
            this.sets = sets;
        }
    }

    /**
     * Reads the lists.
     *
     * @param localEntries  networks in CIDR notation; an entry that begins with {@code /}, {@code ./} or {@code ../} is
     *                      a file of such, one a line.
     * @param blacklistFile file of addresses and networks, one a line.
     * @throws IllegalArgumentException naming the entry, or file and line, that is no network.
     */
    public HostLists(final List<String> localEntries, final Optional<Path> blacklistFile) {
        this.localEntries = List.copyOf(localEntries);
        this.blacklistFile = blacklistFile;
        sets = read().sets;
    }

    /**
     * Reads the lists anew, without using them.
     *
     * @throws IllegalArgumentException as the constructor.
     */
    public Reading read() {
        final List<NetworkSet> parts = new ArrayList<>();
        for (final String entry : localEntries) {
            final NetworkSet networks =
                isFile(entry) ? NetworkSet.read(Path.of(entry.strip())) : NetworkSet.of(List.of(entry));
            parts.add(networks.ofEntry(parts.size()));
        }
        return new Reading(new Sets(NetworkSet.union(parts),
            blacklistFile.map(NetworkSet::read).orElseGet(() -> NetworkSet.of(List.of()))));
    }

    /** From now on, for new flows. */
    public void use(final Reading reading) {
        sets = reading.sets;
    }

    /** Files that the lists are read from. */
    public List<Path> files() {
        return Stream.concat(files(localEntries).stream(), blacklistFile.stream()).toList();
    }

    /** Files among the entries of local networks. */
    public static List<Path> files(final List<String> localEntries) {
        return localEntries.stream().filter(HostLists::isFile).map(entry -> Path.of(entry.strip())).toList();
    }

    NetworkSet localNetworks() {
        return sets.localNetworks();
    }

    NetworkSet blacklist() {
        return sets.blacklist();
    }

    private static boolean isFile(final String entry) {
        final String text = entry.strip();
        return text.startsWith("/") || text.startsWith("./") || text.startsWith("../");
    }
}
