package io.millrace.engine.service;

import io.millrace.binding.linux.SupervisorSocket;
import java.util.Map;

/**
 * Word to the service manager that started this process: ready, alive, in what state. Silent where none listens.
 * Source: {@code sd_notify(3)}. Owned by the main thread.
 */
public final class ServiceManager {
    private static final String SOCKET = "NOTIFY_SOCKET";
    private static final String WATCHDOG_US = "WATCHDOG_USEC";
    private static final String WATCHDOG_PID = "WATCHDOG_PID";
    private static final long NS_PER_US = 1000;

    private final SupervisorSocket socket;
    private final boolean watched;

    private ServiceManager(final SupervisorSocket socket, final boolean watched) {
        this.socket = socket;
        this.watched = watched;
    }

    /** The one that the environment names. */
    public static ServiceManager of(final Map<String, String> environment) {
        final String path = environment.getOrDefault(SOCKET, "");
        if (path.isEmpty()) {
            return new ServiceManager(null, false);
        }
        final String pid = environment.get(WATCHDOG_PID);
        final boolean meant = pid == null || pid.equals(Long.toString(ProcessHandle.current().pid()));
        return new ServiceManager(new SupervisorSocket(path), meant && environment.containsKey(WATCHDOG_US));
    }

    /** Whether anybody listens. */
    public boolean listens() {
        return socket != null;
    }

    /** The ports are open and polled. */
    public void ready() {
        send("READY=1");
    }

    /** What is read at the start is read again; {@link #ready} ends that. */
    public void reloading() {
        send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / NS_PER_US);
    }

    /** The end has begun. */
    public void stopping() {
        send("STOPPING=1");
    }

    /** All threads make progress; without this word for a while the process is ended and started anew. */
    public void alive() {
        if (watched) {
            send("WATCHDOG=1");
        }
    }

    /** What {@code systemctl status} shows; one line. */
    public void status(final String line) {
        send("STATUS=" + line);
    }

    /** A manager that does not hear is no reason to end a capture. */
    private void send(final String message) {
        if (socket != null) {
            socket.send(message);
        }
    }
}
