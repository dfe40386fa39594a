package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.telemetry.EngineCounter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A capture as a service: what it tells its manager, the user it becomes, the files it leaves. */
class ServiceIT {
    private static final Path SCRIPTS = Path.of("../script-runtime/src/main/scripts/flow").toAbsolutePath().normalize();
    private static final int NOBODY = 65534;

    @RegisterExtension
    private final WatchedLink link = WatchedLink.cabled();

    @TempDir
    private Path folder;

    /** The folder belongs to root: others must be able to walk through it. */
    @BeforeEach
    void openFolder() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    }

    @Test
    void shouldTellItsServiceManagerHowItIs() throws Exception {
        try (NotifySocket manager = NotifySocket.listen(folder.resolve("notify"));
            LiveCapture capture = start(manager, "--eve", "eve.json")) {

            manager.await("READY=1"::equals);
            assertThat(manager.heard()).containsExactly("READY=1");
            manager.await("WATCHDOG=1"::equals);
            assertThat(manager.await(message -> message.startsWith("STATUS=")))
                .matches("STATUS=[\\d,]+ packets/s, [\\d,]+ flows, 0 lost");

            capture.signal("HUP");
            assertThat(manager.await(message -> message.startsWith("RELOADING=1")))
                .matches("RELOADING=1\nMONOTONIC_USEC=\\d+");
            manager.await("READY=1"::equals);

            capture.stop();
            manager.await("STOPPING=1"::equals);
        }
    }

    @Test
    void shouldNotCallItselfAliveWhileItsOutputStands() throws Exception {
        // Nobody reads standard output, and stats records fill the pipe.
        try (NotifySocket manager = NotifySocket.listen(folder.resolve("notify"));
            LiveCapture capture = start(manager, "--eve", "-", "--stats-interval", "100ms")) {

            manager.await("STATUS=no progress: output"::equals);
            final int aliveBefore = alive(manager);
            manager.await("STATUS=no progress: output"::equals);
            assertThat(alive(manager)).isEqualTo(aliveBefore);

            capture.stop();
            manager.await("STOPPING=1"::equals);
        }
    }

    @Test
    void shouldBecomeAnotherUserInEveryThreadOnceItsPortsAreOpen() throws Exception {
        final Path logs = ownedByNobody("logs");
        final Path log = logs.resolve("eve.json");
        try (LiveCapture capture = link.capture(folder, "--iface", "watched", "--user", "nobody",
            "--scripts", SCRIPTS.toString(), "--eve", log.toString(), "--workers", "2")) {

            capture.awaitCounter(EngineCounter.RECEIVED, 0);
            final List<String> threads = statusOfThreads(capture.pid());
            assertThat(threads).hasSizeGreaterThan(5).allSatisfy(status -> assertThat(status)
                .containsPattern("(?m)^Uid:(\\s+65534){4}$").containsPattern("(?m)^Gid:(\\s+65534){4}$")
                .containsPattern("(?m)^CapPrm:\\s*0{16}$").containsPattern("(?m)^CapEff:\\s*0{16}$")
                .containsPattern("(?m)^CapInh:\\s*0{16}$").containsPattern("(?m)^CapAmb:\\s*0{16}$")
                .containsPattern("(?m)^CapBnd:\\s*0{16}$").containsPattern("(?m)^NoNewPrivs:\\s*1$")
                .containsPattern("(?m)^Groups:\\s*65534\\s*$"));

            link.sendSample();
            capture.awaitCounter(EngineCounter.RECEIVED, WatchedLink.SAMPLE_FRAMES);

            Files.move(log, logs.resolve("eve.json.1"));
            capture.signal("HUP");
            assertThat(capture.awaitError("scripts reloaded")).contains("1 of 1 run");
            capture.stop();
        }

        assertThat(log).content().contains("\"event_type\":\"flow\"");
        assertThat(Files.getAttribute(log, "unix:uid")).isEqualTo(NOBODY);
        assertThat(Files.getAttribute(logs.resolve("eve.json.1"), "unix:uid")).isEqualTo(NOBODY);
        assertThat(mode(log)).isEqualTo("rw-r-----");
    }

    @Test
    void shouldLeaveNoFileThatOthersMayRead() throws Exception {
        final Path run = folder.resolve("run");
        try (LiveCapture capture = link.capture(folder, "--iface", "watched", "--user", "nobody:daemon",
            "--eve", ownedByNobody("logs").resolve("eve.json").toString())) {

            try (Stream<Path> files = Stream.concat(Files.list(run), Files.list(folder.resolve("logs")))) {
                assertThat(files.toList()).hasSize(3).allSatisfy(file -> {
                    assertThat(mode(file)).as(file.toString()).isEqualTo("rw-r-----");
                    assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(NOBODY);
                    assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(1);
                });
            }
            assertThat(Files.getAttribute(run, "unix:uid")).isEqualTo(NOBODY);
            capture.stop();
        }
    }

    @Test
    void shouldRefuseAtOnceWhatItsUserMayNotWrite() throws Exception {
        final Path logs = Files.createDirectory(folder.resolve("logs"));
        final MillraceProcess.Run run = refused("--user", "nobody", "--eve", logs.resolve("eve.json").toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.errors()).last().asString().contains("cannot write " + logs.resolve("eve.json"),
            "permission denied");
    }

    @Test
    void shouldSayThatThereIsNoSuchUser() throws Exception {
        final MillraceProcess.Run run = refused("--user", "no-such-user");

        assertThat(run.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(run.errors()).containsExactly(
            "millrace: no user no-such-user on this system: getent passwd lists them");
    }

    private MillraceProcess.Run refused(final String... arguments) throws Exception {
        final List<String> command = Stream.concat(Stream.of("capture", "--warm-up", "0", "--iface", "watched",
            "--run-dir", folder.resolve("run").toString()), Stream.of(arguments)).toList();
        final Path errors = folder.resolve("errors");
        final ProcessBuilder builder = MillraceProcess.builder(folder, Map.of(), command.toArray(String[]::new));
        final int exitCode = builder.command(link.network().command(builder.command())).redirectError(errors.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        return new MillraceProcess.Run(exitCode, List.of(), Files.readAllLines(errors));
    }

    private LiveCapture start(final NotifySocket manager, final String... arguments) throws IOException {
        return link.capture(folder,
            Map.of("NOTIFY_SOCKET", manager.path().toString(), "WATCHDOG_USEC", "30000000"),
            Stream.concat(Stream.of("--iface", "watched", "--scripts", SCRIPTS.toString()), Stream.of(arguments))
                .toArray(String[]::new));
    }

    private Path ownedByNobody(final String name) throws IOException {
        final Path made = Files.createDirectory(folder.resolve(name),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
        Files.setAttribute(made, "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
        return made;
    }

    private static int alive(final NotifySocket manager) {
        return (int) manager.heard().stream().filter("WATCHDOG=1"::equals).count();
    }

    private static String mode(final Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static List<String> statusOfThreads(final long pid) throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            return tasks.map(task -> {
                try {
                    return Files.readString(task.resolve("status"));
                } catch (final IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }).toList();
        }
    }
}
