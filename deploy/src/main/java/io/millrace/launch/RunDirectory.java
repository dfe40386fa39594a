package io.millrace.launch;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.PortSpec;
import io.millrace.engine.telemetry.CountersFile;
import io.millrace.engine.telemetry.ProcessStart;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where running captures keep what others may look at: one file of counters each, and one file per port that they lock.
 * The kernel gives locks back however a process ends, so a file that is left over is in nobody's way.
 */
final class RunDirectory {
    private static final String COUNTERS_SUFFIX = ".counters";
    private static final String LOCK_PREFIX = "port-";
    private static final String LOCK_SUFFIX = ".lock";
    private static final Path SYSTEM = Path.of("/run/millrace");

    private final Path path;

    private RunDirectory(final Path path) {
        this.path = path;
    }

    /**
     * The folder, made if it is not there.
     *
     * @param asked what the flag names; null for the usual one.
     * @throws ConfigException      where something else has that name.
     * @throws EnvironmentException where it cannot be made.
     */
    static RunDirectory open(final Path asked, final Map<String, String> environment) {
        final Path folder = asked == null ? usual(environment) : asked;
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new ConfigException("--run-dir: is no folder: " + folder + ": name another one");
        }
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(folder,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
            }
        } catch (final IOException e) {
            throw new EnvironmentException("cannot make the folder " + folder + " (" + FileTrouble.reason(e)
                + "): name another one with --run-dir");
        }
        return new RunDirectory(folder);
    }

    /**
     * Gives the folder and what lies in it to another user. One that holds anything else than what captures put there
     * stays as it is: it was meant for more.
     */
    void handOver(final int uid, final int gid) {
        try (Stream<Path> listed = Files.list(path)) {
            final List<Path> files = listed.toList();
            if (files.stream().allMatch(RunDirectory::isOurs)) {
                for (final Path file : files) {
                    changeOwner(file, uid, gid);
                }
                changeOwner(path, uid, gid);
            }
        } catch (final IOException e) {
            throw new EnvironmentException("cannot give the folder " + path + " to user " + uid + " ("
                + FileTrouble.reason(e) + "): name another one with --run-dir");
        }
    }

    private static boolean isOurs(final Path file) {
        final String name = file.getFileName().toString();
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
            && (name.endsWith(COUNTERS_SUFFIX) || name.startsWith(LOCK_PREFIX) && name.endsWith(LOCK_SUFFIX));
    }

    private static void changeOwner(final Path file, final int uid, final int gid) throws IOException {
        Files.setAttribute(file, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(file, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
    }

    /** The folder where captures of this user keep their files, whether it is there or not. */
    static Path usual(final Map<String, String> environment) {
        final String runtime = environment.get("XDG_RUNTIME_DIR");
        if (Files.isWritable(SYSTEM) || Files.isWritable(SYSTEM.getParent())) {
            return SYSTEM;
        }
        return runtime == null || runtime.isEmpty()
            ? Path.of("/tmp", "millrace-" + System.getProperty("user.name")) : Path.of(runtime, "millrace");
    }

    /**
     * Takes a port for this process.
     *
     * @return to be closed with the port.
     * @throws EnvironmentException where another process has it.
     */
    AutoCloseable lock(final PortSpec port) {
        final Path file = path.resolve(LOCK_PREFIX + place(port) + LOCK_SUFFIX);
        try {
            final FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            final FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw new EnvironmentException("port " + port.label() + " is in use by another millrace capture (lock "
                    + file + "): stop that one first");
            }
            return channel;
        } catch (final IOException e) {
            throw new EnvironmentException("cannot lock port " + port.label() + ": " + file + " ("
                + FileTrouble.reason(e) + "): name another folder with --run-dir");
        }
    }

    /** File of the counters of process {@code pid}. */
    Path counters(final long pid) {
        return path.resolve(pid + COUNTERS_SUFFIX);
    }

    /** Files of counters, also those that killed captures left behind. */
    static List<Path> counters(final Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> listed = Files.list(folder)) {
            return listed.filter(RunDirectory::isCounters).sorted().toList();
        }
    }

    /** Process whose counters a file holds. */
    static long pidOf(final Path counters) {
        final String name = counters.getFileName().toString();
        return Long.parseLong(name.substring(0, name.length() - COUNTERS_SUFFIX.length()));
    }

    /** Whether the process of a file of counters still runs. */
    static boolean isAlive(final Path counters) {
        try (CountersFile opened = CountersFile.open(counters)) {
            return isAlive(opened);
        } catch (final IOException e) {
            return ProcessHandle.of(pidOf(counters)).isPresent();
        }
    }

    /** The same; a process that began at another time is another one with the same number. */
    static boolean isAlive(final CountersFile counters) {
        final OptionalLong start = ProcessStart.ticks(counters.pid());
        return start.isPresent() ? start.getAsLong() == counters.startedTicks()
            : ProcessHandle.of(counters.pid()).isPresent();
    }

    /** Deletes the counters of processes that have ended without doing so. */
    void clean() {
        try (Stream<Path> listed = Files.list(path)) {
            for (final Path file : listed.toList()) {
                if (isCounters(file) && !isAlive(file)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (final IOException e) {
            throw new EnvironmentException(
                "cannot clean " + path + " (" + FileTrouble.reason(e) + "): check its permissions");
        }
    }

    private static boolean isCounters(final Path file) {
        return file.getFileName().toString().matches("\\d{1,18}" + Pattern.quote(COUNTERS_SUFFIX));
    }

    /** Interfaces of the same name in two network namespaces are two. */
    private static String place(final PortSpec port) {
        if (port.interfaceName().isEmpty()) {
            return port.device().replace('/', '_');
        }
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString().replaceAll("\\D", "") + "-"
                + port.interfaceName().get();
        } catch (final IOException e) {
            return port.interfaceName().get();
        }
    }
}
