package io.millrace.engine.service;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.linux.Account;
import io.millrace.binding.linux.Privileges;
import java.util.Optional;

/**
 * The user that a capture becomes once its ports are open. Until then it reaches files as that user does already, so
 * that all that it opens can be opened again later, and ports with the privileges it was started with. Owned by the
 * main thread.
 */
public final class CaptureUser {
    private static final int ROOT = 0;
    private static final int NOT_FOR_OTHERS = 0027;

    private final Account account;
    private final boolean fromRoot;

    private CaptureUser(final Account account, final boolean fromRoot) {
        this.account = account;
        this.fromRoot = fromRoot;
    }

    /** The one that started the process, with all its privileges. */
    public static CaptureUser asStarted() {
        return new CaptureUser(null, false);
    }

    /**
     * Another one, or the one that started the process without its capabilities. Whether this process may become it is
     * another question: {@link #obstacle()}.
     *
     * @param nameAndGroup {@code NAME} or {@code NAME:GROUP}.
     * @throws EnvironmentException where there is no such user or group.
     */
    public static CaptureUser named(final String nameAndGroup) {
        final int colon = nameAndGroup.indexOf(':');
        final String name = colon < 0 ? nameAndGroup : nameAndGroup.substring(0, colon);
        final Account account = Account.of(name, colon < 0 ? "" : nameAndGroup.substring(colon + 1));
        return new CaptureUser(account, Privileges.effectiveUid() == ROOT);
    }

    /** What keeps this process from becoming it, with what mends that; empty where nothing does. */
    public Optional<String> obstacle() {
        final boolean mayBecome = account == null || fromRoot || Privileges.effectiveUid() == account.uid();
        return mayBecome ? Optional.empty() : Optional.of("--user " + account.name() + ": only root can become another"
            + " user: start as root" + (account.uid() == ROOT ? "" : " or as " + account.name()));
    }

    /** Files made from here on are nothing to anybody but their user and group, whatever the caller's umask says. */
    public static void withholdFilesFromOthers() {
        Privileges.withhold(NOT_FOR_OTHERS);
    }

    /** Whether files must change hands to belong to it. */
    public boolean takesFilesOver() {
        return fromRoot;
    }

    /** Number of the user; only where {@link #takesFilesOver()}. */
    public int uid() {
        return account.uid();
    }

    /** Number of its group; only where {@link #takesFilesOver()}. */
    public int gid() {
        return account.gid();
    }

    /** From here on the calling thread reaches files as this user does. */
    public void reachFiles() {
        if (fromRoot) {
            Privileges.actOnFilesAs(account.uid(), account.gid());
        }
    }

    /** From here on the calling thread reaches files as it did when the process was started. */
    public void reachFilesAsStarted() {
        if (fromRoot) {
            Privileges.actOnFilesAs(ROOT, ROOT);
        }
    }

    /**
     * Makes the whole process run as this user without any capability, for good.
     *
     * @throws EnvironmentException where a thread kept a privilege: the process must end.
     */
    public void become() {
        if (account != null) {
            reachFilesAsStarted();
            Privileges.giveUp(account);
        }
    }
}
