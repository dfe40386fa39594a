package io.millrace.binding.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeLinker;
import io.millrace.binding.link.NativeShim;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What this process may do, and less of it. In Linux each thread has privileges of its own: whoever gives them up must
 * do so in every thread of the JVM. Source: {@code credentials(7)}, {@code capabilities(7)}.
 */
public final class Privileges {
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final int MAX_PASSES = 10;
    private static final List<Pattern> WITHOUT = List.of(
        Pattern.compile("^CapInh:\\s*0+$", Pattern.MULTILINE),
        Pattern.compile("^CapPrm:\\s*0+$", Pattern.MULTILINE),
        Pattern.compile("^CapEff:\\s*0+$", Pattern.MULTILINE),
        Pattern.compile("^CapAmb:\\s*0+$", Pattern.MULTILINE),
        Pattern.compile("^NoNewPrivs:\\s*1$", Pattern.MULTILINE));

    private Privileges() {
    }

    /** The user that this process runs as, 0 for root. */
    public static int effectiveUid() {
        return NativeLinker.system("geteuid", FunctionDescriptor.of(JAVA_INT)).callInt();
    }

    /** Permissions that files made from here on do not get, in octal as {@code umask(2)} has them. */
    public static void withhold(final int mask) {
        NativeLinker.system("umask", FunctionDescriptor.of(JAVA_INT, JAVA_INT)).call(mask);
    }

    /**
     * Has the calling thread, and those that it starts from here on, reach files as another user does: what that user
     * cannot open or make is refused. Only for root.
     */
    public static void actOnFilesAs(final int uid, final int gid) {
        final int result = NativeShim.shim()
            .function("millrace_act_on_files_as", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT))
            .callInt(uid, gid);
        if (result != 0) {
            throw new EnvironmentException("cannot reach files as user " + uid + ": start as root, or as that user");
        }
    }

    /**
     * Makes every thread of this process run as {@code account}, without any capability and without a way to gain one;
     * for good. Whoever is that user already gives its capabilities up.
     *
     * @throws EnvironmentException where a thread kept a privilege: the process must not go on.
     */
    public static void giveUp(final Account account) {
        int result = 0;
        for (int pass = 0; pass < MAX_PASSES; pass++) {
            result = giveUpInEveryThread(account);
            if (result < 0) {
                break;
            }
            if (allThreadsAreWithout(account)) {
                return;
            }
        }
        throw new EnvironmentException("cannot become user " + account.name()
            + (result < 0 ? " (errno " + -result + ")" : ": a thread kept its privileges")
            + ": start as root with CAP_SETUID and CAP_SETGID, or as that user");
    }

    private static int giveUpInEveryThread(final Account account) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment groups = arena.allocateFrom(
                JAVA_INT, account.groups().stream().mapToInt(Integer::intValue).toArray());
            return NativeShim.shim()
                .function("millrace_give_up_privileges",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT))
                .callInt(account.uid(), account.gid(), groups, account.groups().size());
        }
    }

    private static boolean allThreadsAreWithout(final Account account) {
        final Pattern user = Pattern.compile("^Uid:(\\s+" + Integer.toUnsignedString(account.uid()) + "){4}$",
            Pattern.MULTILINE);
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (final Path task : tasks) {
                final String status = statusOf(task);
                if (!status.isEmpty() && !(user.matcher(status).find()
                    && WITHOUT.stream().allMatch(line -> line.matcher(status).find()))) {
                    return false;
                }
            }
            return true;
        } catch (final IOException e) {
            throw new EnvironmentException(
                "cannot look at the threads in " + TASKS + ": mount /proc: " + e.getMessage());
        }
    }

    /** Empty for a thread that has ended meanwhile. */
    private static String statusOf(final Path task) throws IOException {
        try {
            return Files.readString(task.resolve("status"));
        } catch (final NoSuchFileException e) {
            return "";
        } catch (final IOException e) {
            if (e.getMessage() != null && e.getMessage().contains("No such process")) {
                return "";
            }
            throw e;
        }
    }
}
