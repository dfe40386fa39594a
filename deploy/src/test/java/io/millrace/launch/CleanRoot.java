package io.millrace.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A Debian of its own in a folder, with the libraries that the package depends on and no Java: what runs in it sees no
 * file of this machine. Made once and kept in the build folder.
 */
final class CleanRoot {
    private static final Path ROOT = Path.of("target/clean-root").toAbsolutePath();
    // All users of DPDK share it, and each has one of its own in it, which is counted.
    private static final Path SHARED = Path.of("run/dpdk");
    private static final Path MADE_FOR = Path.of("target/clean-root.made-for").toAbsolutePath();
    private static final Path LOG = Path.of("target/clean-root.log").toAbsolutePath();
    private static final String FAILED = "no clean Debian could be made (no package source in reach?): see " + LOG;
    // Locks and backups that adduser and dpkg leave behind, and what they log.
    private static final Set<Path> NOT_OURS = Set.of(
        Path.of("dev"), Path.of("proc"), Path.of("sys"), Path.of("tmp"), Path.of("var/lib/dpkg"),
        Path.of("var/lib/apt"),
        Path.of("var/cache"), Path.of("var/log/apt"), Path.of("var/log/dpkg.log"), Path.of("var/log/alternatives.log"),
        Path.of("run/adduser"), Path.of("etc/gshadow-"), Path.of("etc/shadow-"),
        Path.of("etc/group-"), Path.of("etc/passwd-"));

    private CleanRoot() {
    }

    /** What came of a command: its exit code, and lines on both of its outputs. */
    record Result(int exitCode, List<String> lines) {
        List<String> good() {
            assertThat(exitCode).as(String.join("\n", lines)).isZero();
            return lines;
        }
    }

    /** The root for a package; skips the test where it cannot be made here. */
    static CleanRoot forPackage(final Path debianPackage) throws IOException, InterruptedException {
        assumeTrue("root".equals(System.getProperty("user.name")), "a root of its own needs root");
        NetworkNamespace.assumeTools("debootstrap", "unshare", "chroot", "dpkg-deb");
        final CleanRoot root = new CleanRoot();
        final String depends = String.join("",
            onThisMachine("dpkg-deb", "--field", debianPackage.toString(), "Depends"));
        if (!Files.exists(MADE_FOR) || !Files.readString(MADE_FOR).equals(depends)) {
            Files.deleteIfExists(MADE_FOR);
            root.make(depends);
            Files.writeString(MADE_FOR, depends);
        }
        return root;
    }

    /** A file in it. */
    Path path(final String absolute) {
        return ROOT.resolve(absolute.substring(1));
    }

    /** Puts a file of this machine into it. */
    void put(final Path file, final String absolute) throws IOException {
        Files.createDirectories(path(absolute).getParent());
        Files.copy(file, path(absolute), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Runs a command in it, to its end. */
    Result run(final String... command) throws IOException, InterruptedException {
        final List<String> inside = new ArrayList<>(List.of("unshare", "--mount", "--pid", "--fork", "--kill-child",
            "sh", "-c", "mount --rbind /dev \"$0/dev\" && mount -t proc proc \"$0/proc\" "
                + "&& mount --rbind /sys \"$0/sys\""
            + " && exec chroot \"$0\" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root XDG_RUNTIME_DIR=/tmp"
            + " DEBIAN_FRONTEND=noninteractive \"$@\"", ROOT.toString()));
        inside.addAll(List.of(command));
        final Process process = new ProcessBuilder(inside).redirectErrorStream(true).start();
        process.getOutputStream().close();
        final List<String> lines = new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
        return new Result(process.waitFor(), lines);
    }

    /** Paths of all files in it, but for the notes that dpkg and adduser take. */
    Set<String> files() throws IOException {
        final Set<String> files = new TreeSet<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(final Path folder, final BasicFileAttributes attributes) {
                return add(folder) ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(final Path file, final BasicFileAttributes attributes) {
                add(file);
                return FileVisitResult.CONTINUE;
            }

            private boolean add(final Path file) {
                final Path relative = ROOT.relativize(file);
                if (!NOT_OURS.contains(relative) && !relative.equals(SHARED)) {
                    files.add("/" + relative);
                }
                return !NOT_OURS.contains(relative);
            }
        });
        return files;
    }

    private void make(final String depends) throws IOException, InterruptedException {
        if (Files.exists(ROOT, LinkOption.NOFOLLOW_LINKS)) {
            onThisMachine("rm", "-rf", "--one-file-system", ROOT.toString());
        }
        final String suite = Files.readAllLines(Path.of("/etc/os-release")).stream()
            .filter(line -> line.startsWith("VERSION_CODENAME=")).map(line -> line.split("=")[1]).findFirst()
            .orElse("");
        final String mirror = onThisMachine("apt-get", "indextargets", "--format", "$(REPO_URI)", "Codename: " + suite)
            .stream().findFirst().orElse("");
        assumeTrue(!suite.isEmpty() && !mirror.isEmpty(), "this is no Debian with package sources");
        assumeTrue(logged("debootstrap", "--variant=minbase", "--include=adduser", suite, ROOT.toString(), mirror),
            FAILED);
        for (final String file : List.of("/etc/resolv.conf", "/etc/apt/sources.list")) {
            if (Files.isReadable(Path.of(file))) {
                put(Path.of(file), file);
            }
        }
        for (final String folder : List.of("/etc/apt/sources.list.d", "/etc/apt/apt.conf.d")) {
            try (Stream<Path> files = Files.list(Path.of(folder))) {
                for (final Path file : files.filter(Files::isRegularFile).toList()) {
                    put(file, file.toString());
                }
            }
        }
        final String names = Stream.of(depends.split(",")).map(each -> each.strip().split(" ")[0])
            .reduce((one, other) -> one + " " + other).orElseThrow();
        final Result installed = run("sh", "-c",
            "apt-get -q update && apt-get -q install -y --no-install-recommends " + names);
        Files.write(LOG, installed.lines());
        assumeTrue(installed.exitCode() == 0, FAILED);
    }

    private static boolean logged(final String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(LOG.toFile()).start()
            .waitFor() == 0;
    }

    private static List<String> onThisMachine(final String... command) throws IOException, InterruptedException {
        final Process process = new ProcessBuilder(command).start();
        final List<String> lines = new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
        return lines;
    }
}
