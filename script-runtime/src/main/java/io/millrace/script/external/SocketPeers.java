package io.millrace.script.external;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/**
 * Who may write to a Unix socket: root, its owner, and the members of its group. The file's mode, 0660, lets nobody
 * else connect; the kernel's word about the peer holds where the mode was changed, or the folder's. Immutable.
 */
final class SocketPeers {
    private static final String ROOT = "root";
    private static final Path GROUPS = Path.of("/etc/group");
    private static final int MEMBERS = 3;
    private static final int GROUP_FIELDS = 4;

    private final String owner;
    private final String group;
    private final Path groups;

    /**
     * Peers of a socket.
     *
     * @param groups lists the members of groups, as {@code group(5)} has it.
     */
    SocketPeers(final String owner, final String group, final Path groups) {
        this.owner = owner;
        this.group = group;
        this.groups = groups;
    }

    /** Those of a socket that was just made, which gets its mode here. */
    static SocketPeers of(final Path socket) throws IOException {
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
        final PosixFileAttributes file =
            Files.readAttributes(socket, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return new SocketPeers(file.owner().getName(), file.group().getName(), GROUPS);
    }

    /** Whether the other side may write. */
    boolean admit(final SocketChannel connection) throws IOException {
        final UnixDomainPrincipal peer = connection.getOption(ExtendedSocketOptions.SO_PEERCRED);
        return admit(peer.user().getName(), peer.group().getName());
    }

    /** Whether a user with this first group may write. */
    boolean admit(final String user, final String firstGroup) throws IOException {
        return user.equals(ROOT) || user.equals(owner) || firstGroup.equals(group) || isMember(user);
    }

    private boolean isMember(final String user) throws IOException {
        for (final String line : Files.readAllLines(groups)) {
            final String[] fields = line.split(":", GROUP_FIELDS);
            if (fields.length == GROUP_FIELDS && fields[0].equals(group)
                && List.of(fields[MEMBERS].split(",")).contains(user)) {
                return true;
            }
        }
        return false;
    }
}
