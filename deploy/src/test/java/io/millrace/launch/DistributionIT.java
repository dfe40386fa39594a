package io.millrace.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The archives that {@code mvn package} makes: installed, run and removed on a Debian of their own, and what is in
 * them.
 */
class DistributionIT {
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Path PARTS = TARGET.resolve("distribution");
    private static final String EXAMPLES = "/usr/share/doc/millrace/examples";
    // Tenths of systemd's points, as the flag has it: a service without any sandbox has 96.
    private static final int MAX_EXPOSURE = 20;
    private static final String HIGHER_VERSION = "99.0.0";
    private static final String HIGHER_REMARK = "# Said by the higher version.\n";

    @TempDir
    private Path folder;

    @BeforeEach
    void requireArchives() throws IOException {
        assumeTrue(Files.isDirectory(PARTS), "the archives were not made: -DskipDistribution");
    }

    @Test
    void shouldInstallRunAndGoWithoutResidueAsADebianPackage() throws Exception {
        final CleanRoot root = CleanRoot.forPackage(archive("deb"));
        final Set<String> before = root.files();
        final String users = Files.readString(root.path("/etc/passwd"));
        root.put(archive("deb"), "/tmp/millrace.deb");

        root.run("dpkg", "--install", "/tmp/millrace.deb").good();
        try {
            assertThat(root.path("/usr/lib/jvm")).doesNotExist();
            // The JVM ends at once where it does not take the cache that the installation made.
            assertThat(root.run("env", "MILLRACE_JVM_OPTIONS=-XX:AOTMode=on", "millrace", "protocols").good())
                .isNotEmpty();
            assertThat(root.run("dpkg", "--verify", "millrace").good()).isEmpty();
            assertThat(root.run("millrace", "--help").good()).anyMatch(line -> line.startsWith("  capture "));
            assertThat(root.run("millrace", "--version").good()).first().asString().startsWith("Millrace ");
            assertThat(root.run("millrace", "scripts", "list").good()).anyMatch(
                line -> line.contains("/usr/share/millrace/scripts/callbacks/interface/flow/longlived.lua"));

            assertThat(root.run("setpriv", "--reuid=millrace", "--regid=millrace", "--clear-groups", "millrace",
                "replay", EXAMPLES + "/sample.pcap", "--scripts", EXAMPLES + "/scripts", "--eve",
                "/var/log/millrace/eve.json")
                .good()).satisfies(DistributionIT::replayedTheSample);
            assertThat(Files.readAllLines(root.path("/var/log/millrace/eve.json")))
                .filteredOn(line -> line.contains("\"event_type\":\"flow\"")).hasSize(52);

            assertThat(root.run("unshare", "--net", "millrace", "capture", "--user", "millrace", "--iface", "lo",
                "--warm-up", "0", "--duration", "100ms", "--eve", "/var/log/millrace/live.json").good())
                .anyMatch(line -> line.startsWith("Captured from lo"));
            assertThat(root.path("/var/log/millrace/live.json")).content().contains("\"event_type\":\"stats\"");

            // Nothing is watched before somebody says what: the configuration as it comes names no port.
            assertThat(root.path("/etc/systemd/system/multi-user.target.wants/millrace.service")).doesNotExist();
            final CleanRoot.Result unconfigured = root.run("millrace", "capture", "@/etc/millrace/millrace.conf");
            assertThat(unconfigured.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(unconfigured.lines()).singleElement().asString().contains("--iface");
        } finally {
            root.run("dpkg", "--purge", "millrace").good();
        }

        assertThat(root.files()).containsExactlyElementsOf(before);
        assertThat(root.path("/etc/passwd")).content().isEqualTo(users);
    }

    @Test
    void shouldKeepWhatIsTheAdministratorsUntilItIsPurged() throws Exception {
        final CleanRoot root = CleanRoot.forPackage(archive("deb"));
        root.put(archive("deb"), "/tmp/millrace.deb");
        root.run("dpkg", "--install", "/tmp/millrace.deb").good();
        try {
            Files.writeString(root.path("/etc/millrace/millrace.conf"), "--iface eth7\n");

            root.run("dpkg", "--install", "/tmp/millrace.deb").good();
            root.run("dpkg", "--remove", "millrace").good();

            assertThat(root.path("/etc/millrace/millrace.conf")).hasContent("--iface eth7");
            assertThat(root.path("/usr/lib/millrace")).doesNotExist();
            assertThat(root.path("/var/log/millrace")).exists();
        } finally {
            root.run("dpkg", "--purge", "millrace").good();
        }
        assertThat(root.path("/etc/millrace")).doesNotExist();
        assertThat(root.path("/var/log/millrace")).doesNotExist();
    }

    @Test
    void shouldKeepTheConfigurationWhenAHigherVersionIsInstalledOverIt() throws Exception {
        final CleanRoot root = CleanRoot.forPackage(archive("deb"));
        final Set<String> before = root.files();
        root.put(archive("deb"), "/tmp/millrace.deb");
        root.put(higherVersion(), "/tmp/millrace-higher.deb");
        root.run("dpkg", "--install", "/tmp/millrace.deb").good();
        try {
            final Path configuration = root.path("/etc/millrace/millrace.conf");
            Files.writeString(configuration, "--iface lo\n--eve /var/log/millrace/mine.json\n");
            Files.writeString(root.path("/etc/millrace/scripts/mine.lua"), "return { hooks = {} }\n");
            Files.writeString(root.path("/var/log/millrace/eve.json"), "{}\n");

            // As apt does it where nobody can be asked.
            root.run("dpkg", "--force-confdef", "--force-confold", "--install", "/tmp/millrace-higher.deb").good();

            assertThat(root.run("dpkg-query", "--show", "--showformat=${Version} ${Status}", "millrace").good())
                .containsExactly(HIGHER_VERSION + " install ok installed");
            assertThat(configuration).content().startsWith("--iface lo\n");
            assertThat(root.path("/etc/millrace/millrace.conf.dpkg-dist")).content().endsWith(HIGHER_REMARK);
            assertThat(root.path("/etc/millrace/scripts/mine.lua")).exists();
            assertThat(root.path("/var/log/millrace/eve.json")).hasContent("{}");
            assertThat(root.run("sh", "-c", "echo /usr/lib/millrace/lib/deploy-*.jar").good())
                .containsExactly("/usr/lib/millrace/lib/deploy-" + HIGHER_VERSION + ".jar");
            assertThat(root.run("env", "MILLRACE_JVM_OPTIONS=-XX:AOTMode=on", "millrace", "protocols").exitCode())
                .as("the cache is of the higher version's jars").isZero();
            assertThat(Files.readAllLines(root.path("/usr/lib/systemd/system/millrace.service")))
                .contains("ExecStart=/usr/bin/millrace capture --user millrace @/etc/millrace/millrace.conf");
            assertThat(root.run("millrace", "capture", "--user", "millrace", "@/etc/millrace/millrace.conf",
                "--dry-run")
                .good()).anyMatch(line -> line.contains("/var/log/millrace/mine.json"));

            root.run("dpkg", "--remove", "millrace").good();
            assertThat(configuration).content().startsWith("--iface lo\n");
            assertThat(root.path("/usr/lib/systemd/system/millrace.service")).doesNotExist();
            assertThat(root.path("/usr/lib/millrace")).doesNotExist();
        } finally {
            root.run("dpkg", "--purge", "millrace").good();
        }
        assertThat(root.files()).containsExactlyElementsOf(before);
    }

    @Test
    void shouldRunFromTheUnpackedArchive() throws Exception {
        final CleanRoot root = CleanRoot.forPackage(archive("deb"));
        final Set<String> before = root.files();
        final String name = archive("tar.gz").getFileName().toString().replace(".tar.gz", "");
        run("tar", "--extract", "--gzip", "--file", archive("tar.gz").toString(), "--directory",
            root.path("/opt").toString());
        try {
            final String home = "/opt/" + name;
            assertThat(root.run(home + "/millrace", "scripts", "list").good()).anyMatch(
                line -> line.contains(home + "/scripts/callbacks/interface/flow/longlived.lua"));
            assertThat(root.run(home + "/millrace", "replay", home + "/examples/sample.pcap", "--scripts",
                home + "/examples/scripts").good()).satisfies(DistributionIT::replayedTheSample);
            assertThat(root.path(home + "/LICENSE")).exists();
            assertThat(root.path(home + "/runtime/legal/java.base/LICENSE")).exists();
        } finally {
            run("rm", "-r", root.path("/opt/" + name).toString());
        }
        assertThat(root.files()).containsExactlyElementsOf(before);
    }

    @Test
    void shouldHoldFilesOfRootThatOthersCannotChange() throws Exception {
        final List<String> files = run("dpkg-deb", "--contents", archive("deb").toString());

        assertThat(files).hasSizeGreaterThan(100).allMatch(line -> line.matches(
            "([-d]rw[-x]r-[-x]r-[-x]|lrwxrwxrwx) root/root .*"));
        assertThat(files).anyMatch(line -> line.endsWith("./usr/bin/millrace -> ../lib/millrace/millrace"))
            .anyMatch(line -> line.endsWith("./usr/lib/systemd/system/millrace.service"))
            .anyMatch(line -> line.endsWith("./usr/share/man/man1/millrace-capture.1.gz"))
            .anyMatch(line -> line.endsWith("./usr/share/bash-completion/completions/millrace"));
        assertThat(run("dpkg-deb", "--info", archive("deb").toString(), "conffiles"))
            .containsExactly("/etc/logrotate.d/millrace", "/etc/millrace/millrace.conf");
        assertThat(run("dpkg-deb", "--field", archive("deb").toString(), "Depends")).singleElement().asString()
            .contains("libndpi", "libluajit-5.1-2", "librte-eal", "librte-net-af-packet");
    }

    @Test
    void shouldFindNothingWrongWithThePackageByDebiansRules() throws Exception {
        NetworkNamespace.assumeTools("lintian");
        assertThat(run("lintian", "--allow-root", "--fail-on", "error,warning", archive("deb").toString())).isEmpty();
    }

    @Test
    void shouldHaveManualPagesThatRender() throws Exception {
        NetworkNamespace.assumeTools("mandoc");
        try (Stream<Path> pages = Files.list(PARTS.resolve("pages"))) {
            for (final Path page : pages.toList()) {
                assertThat(run("mandoc", "-T", "lint", "-W", "warning", page.toString())).as(page.toString()).isEmpty();
                assertThat(run("mandoc", "-T", "utf8", page.toString())).anyMatch(line -> line.contains("SYNOPSIS")
                    || line.contains("S\bSY\bY"));
            }
        }
    }

    @Test
    void shouldCompleteCommandsAndFlagsInBash() throws Exception {
        final String completion = PARTS.resolve("completion").toString();
        assertThat(completed(completion, "millrace", "cap")).contains("capture");
        assertThat(completed(completion, "millrace", "capture", "--ifa")).contains("--iface");
    }

    @Test
    void shouldBringAUnitThatSystemdTakesAndConfines() throws Exception {
        NetworkNamespace.assumeTools("systemd-analyze");
        final Path unit = folder.resolve("millrace.service");
        Files.writeString(unit, Files.readString(Path.of("distribution/systemd/millrace.service"))
            .replace("/usr/bin/millrace", "/bin/true"));

        assertThat(run("systemd-analyze", "verify", "--man=no", unit.toString())).isEmpty();
        run("systemd-analyze", "security", "--offline=true", "--threshold=" + MAX_EXPOSURE, unit.toString());
        Files.copy(Path.of("distribution/systemd/cards.conf"),
            Files.createDirectory(folder.resolve("millrace.service.d")).resolve("cards.conf"));
        assertThat(run("systemd-analyze", "verify", "--man=no", unit.toString())).as("with cards.conf").isEmpty();
    }

    @Test
    void shouldRotateItsLogs() throws Exception {
        NetworkNamespace.assumeTools("logrotate");
        final Path logs = Files.createDirectory(folder.resolve("logs"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
        Files.writeString(logs.resolve("eve.json"), "{}\n");
        final Path configuration = folder.resolve("logrotate");
        Files.writeString(configuration, Files.readString(Path.of("distribution/etc/logrotate"))
            .replace("/var/log/millrace", logs.toString())
            .replaceAll("(su|create 0640) millrace millrace", "$1 root root"));
        assumeTrue("root".equals(System.getProperty("user.name")), "logrotate as root only");
        Files.setPosixFilePermissions(configuration, PosixFilePermissions.fromString("rw-r--r--"));

        run("logrotate", "--force", "--state", folder.resolve("state").toString(), configuration.toString());

        assertThat(logs.resolve("eve.json.1")).hasContent("{}");
        assertThat(logs.resolve("eve.json")).isEmptyFile();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(logs.resolve("eve.json"))))
            .isEqualTo("rw-r-----");
    }

    /** The package as a later one would be: another version, a jar of another name, another default configuration. */
    private Path higherVersion() throws Exception {
        final Path tree = folder.resolve("higher");
        final Path made = folder.resolve("higher.deb");
        run("dpkg-deb", "--raw-extract", archive("deb").toString(), tree.toString());
        final String version = run("dpkg-deb", "--field", archive("deb").toString(), "Version").getFirst();
        final Path jars = tree.resolve("usr/lib/millrace/lib");
        Files.move(jars.resolve("deploy-" + version + ".jar"), jars.resolve("deploy-" + HIGHER_VERSION + ".jar"));
        for (final String file : List.of("control", "md5sums")) {
            final Path edited = tree.resolve("DEBIAN").resolve(file);
            Files.writeString(edited, Files.readString(edited).replace("deploy-" + version, "deploy-" + HIGHER_VERSION)
                .replace("Version: " + version, "Version: " + HIGHER_VERSION));
        }
        Files.writeString(tree.resolve("etc/millrace/millrace.conf"), HIGHER_REMARK, StandardOpenOption.APPEND);
        run("dpkg-deb", "--root-owner-group", "-Znone", "--build", tree.toString(), made.toString());
        return made;
    }

    private static void replayedTheSample(final List<? extends String> lines) {
        assertThat(lines.stream().map(String::valueOf).toList())
            .anyMatch(line -> line.startsWith("flows    52 created = 52 ended"))
            .anyMatch(line -> line.startsWith("hooks    52 due = 52 run"))
            .noneMatch(line -> line.contains("does not add up"));
    }

    private static List<String> completed(final String completion, final String... words)
        throws IOException, InterruptedException {

        final String script = "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _complete_millrace;"
            + " printf '%s\\n' \"${COMPREPLY[@]}\"";
        return run(Stream.concat(Stream.of("bash", "-c", script, "bash", completion), Stream.of(words))
            .toArray(String[]::new));
    }

    private static Path archive(final String suffix) throws IOException {
        try (Stream<Path> files = Files.list(TARGET)) {
            return files.filter(file -> file.toString().endsWith("." + suffix)
                && file.getFileName().toString().startsWith("millrace")).findFirst()
                .orElseGet(() -> {
                    assumeTrue(false, "no ." + suffix + " was made here");
                    return null;
                });
        }
    }

    /** Runs a program of this machine to its end, which must be a good one; returns all that it printed. */
    private static List<String> run(final String... command) throws IOException, InterruptedException {
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        final String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as("%s: %s", String.join(" ", command), output).isZero();
        return output.lines().toList();
    }
}
