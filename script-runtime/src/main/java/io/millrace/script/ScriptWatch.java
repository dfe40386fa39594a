package io.millrace.script;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Says when a script, a module or the settings file has changed: once for a whole burst of changes, after it is over.
 * Folders below the script folders count too, also those made later. One thread of its own, which waits in the kernel
 * (inotify).
 */
final class ScriptWatch implements AutoCloseable {
    // An editor or a package manager writes several files in a row, or one file in several steps.
    private static final long QUIET_MS = 200;
    private static final int MAX_BURST = 50;
    private static final int MAX_FOLDERS = 4096;
    private static final WatchEvent.Kind<?>[] CHANGES = {
        StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY,
        StandardWatchEventKinds.ENTRY_DELETE,
    };

    private final WatchService service;
    private final List<Path> folders = new ArrayList<>();
    private final Set<Path> files = new HashSet<>();
    private final Runnable changed;
    private final Thread thread;
    private int watched;

    /**
     * A watch, running.
     *
     * @param paths   script folders, which are watched with all below them, and single files.
     * @param changed called on the thread of the watch.
     */
    ScriptWatch(final List<Path> paths, final Runnable changed) {
        this.changed = changed;
        for (final Path path : paths) {
            if (Files.isDirectory(path)) {
                folders.add(path);
            } else {
                files.add(path.toAbsolutePath());
            }
        }
        try {
            service = FileSystems.getDefault().newWatchService();
            registerAll();
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot watch the script folders: " + e.getMessage()
                + ": raise fs.inotify.max_user_watches, or reload by SIGHUP", e);
        }
        thread = Thread.ofPlatform().name("millrace-script-watch").daemon(true).start(this::run);
    }

    @Override
    public void close() {
        try {
            service.close();
            thread.join();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (true) {
                boolean matters = matters(service.take());
                WatchKey more = service.poll(QUIET_MS, TimeUnit.MILLISECONDS);
                for (int i = 0; more != null && i < MAX_BURST; i++) {
                    matters |= matters(more);
                    more = service.poll(QUIET_MS, TimeUnit.MILLISECONDS);
                }
                if (more != null) {
                    matters |= matters(more);
                }
                if (matters) {
                    registerNew();
                    changed.run();
                }
            }
        } catch (final ClosedWatchServiceException e) {
            // Closed: the run ends.
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // A folder that goes while it is looked at, or one too many, must not end the watch over the others.
    private void registerNew() {
        try {
            registerAll();
        } catch (final IOException e) {
            watched = MAX_FOLDERS;
        }
    }

    private boolean matters(final WatchKey key) {
        final Path folder = (Path) key.watchable();
        boolean matters = false;
        for (final WatchEvent<?> event : key.pollEvents()) {
            if (event.kind() == StandardWatchEventKinds.OVERFLOW) {
                matters = true;
                continue;
            }
            final Path path = folder.resolve((Path) event.context());
            matters |= files.contains(path.toAbsolutePath())
                || below(path) && (isScript(path) || Files.isDirectory(path));
        }
        key.reset();
        return matters;
    }

    private boolean below(final Path path) {
        return folders.stream().anyMatch(path::startsWith);
    }

    private static boolean isScript(final Path path) {
        final String name = path.getFileName().toString();
        return name.endsWith(".lua") && !name.startsWith(".");
    }

    // Registering a folder again does nothing.
    private void registerAll() throws IOException {
        watched = 0;
        for (final Path folder : folders) {
            if (Files.isDirectory(folder)) {
                registerBelow(folder);
            }
        }
        for (final Path file : files) {
            if (Files.isDirectory(file.getParent())) {
                register(file.getParent());
            }
        }
    }

    private void registerBelow(final Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(final Path each, final BasicFileAttributes attributes)
                throws IOException {

                if (watched >= MAX_FOLDERS || each.getFileName().toString().startsWith(".") && !each.equals(folder)) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                register(each);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(final Path file, final IOException cause) {
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void register(final Path folder) throws IOException {
        folder.register(service, CHANGES);
        watched++;
    }
}
