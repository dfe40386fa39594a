package io.millrace.binding.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeFunction;
import io.millrace.binding.link.NativeShim;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * A user of this system. Source: {@code passwd(5)}, {@code group(5)}.
 *
 * @param name   as looked up.
 * @param uid    its number.
 * @param gid    number of the group that its files get.
 * @param groups numbers of all groups that it belongs to, that one among them.
 */
public record Account(String name, int uid, int gid, List<Integer> groups) {
    private static final int MAX_GROUPS = 256;
    private static final int ENOENT = 2;
    private static final FunctionDescriptor LOOK_UP = FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS);

    /**
     * Looks a user up.
     *
     * @param group name of the group that is to be its first; empty for the user's own.
     * @throws EnvironmentException where there is no such user or group.
     */
    public static Account of(final String name, final String group) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment numbers = arena.allocate(JAVA_INT, 2);
            final MemorySegment user = arena.allocateFrom(name);
            require("user", name, NativeShim.shim().function("millrace_account", LOOK_UP).callInt(user, numbers));
            final int uid = numbers.getAtIndex(JAVA_INT, 0);
            if (!group.isEmpty()) {
                final NativeFunction lookUp = NativeShim.shim().function("millrace_group", LOOK_UP);
                final MemorySegment found = numbers.asSlice(JAVA_INT.byteSize());
                require("group", group, lookUp.callInt(arena.allocateFrom(group), found));
            }
            final int gid = numbers.getAtIndex(JAVA_INT, 1);
            return new Account(name, uid, gid, groups(arena, user, gid));
        }
    }

    private static List<Integer> groups(final Arena arena, final MemorySegment user, final int gid) {
        final MemorySegment groups = arena.allocate(JAVA_INT, MAX_GROUPS);
        final int count = NativeShim.shim()
            .function("millrace_groups", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT))
            .callInt(user, gid, groups, MAX_GROUPS);
        if (count < 0) {
            throw new EnvironmentException("user " + user.getString(0) + " is in more than " + MAX_GROUPS + " groups");
        }
        return Arrays.stream(groups.toArray(JAVA_INT)).limit(count).boxed().toList();
    }

    private static void require(final String kind, final String name, final int result) {
        if (result == -ENOENT) {
            throw new EnvironmentException("no " + kind + " " + name + " on this system: getent "
                + (kind.equals("user") ? "passwd" : "group") + " lists them");
        }
        if (result != 0) {
            throw new EnvironmentException("cannot look up " + kind + " " + name + " (errno " + -result + ")");
        }
    }
}
