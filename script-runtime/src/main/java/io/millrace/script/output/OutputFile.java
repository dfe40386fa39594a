package io.millrace.script.output;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A file, or one of the standard streams, that is written until it fails and then never again. Writes do not care about
 * interrupts, so that a thread that is being stopped can still write what it holds. A regular file is locked, so that
 * no two runs write into one. Owned by the writer thread.
 */
final class OutputFile {
    private final String name;
    private final Path path;
    private FileOutputStream stream;
    private final boolean standardStream;
    /** Looked at by other threads too. */
    private volatile String failure;

    private OutputFile(
        final String name, final Path path, final FileOutputStream stream, final boolean standardStream) {

        this.name = name;
        this.path = path;
        this.stream = stream;
        this.standardStream = standardStream;
    }

    /**
     * Opens a file; a new one gets mode 0640.
     *
     * @param append whether what is in the file stays.
     * @throws OutputException where that is not possible, or another run writes the file.
     */
    static OutputFile open(final Path path, final boolean append) {
        final OutputFile file = openUnlocked(path);
        try {
            // Before it is locked: to close another descriptor of a file gives its lock back.
            final boolean torn = append && endsWithinALine(path);
            file.lock();
            if (append) {
                file.moveToEnd(torn);
            } else {
                file.empty();
            }
            return file;
        } catch (final IOException e) {
            file.close();
            throw refusal(path, e);
        }
    }

    /** Nothing in the file may change before it is known to be ours. */
    private static OutputFile openUnlocked(final Path path) {
        try {
            try {
                Files.createFile(path,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
            } catch (final FileAlreadyExistsException existsAlready) {
                // Its mode is its owner's business.
            }
            return new OutputFile(path.toString(), path, new FileOutputStream(path.toFile(), true), false);
        } catch (final IOException e) {
            throw refusal(path, e);
        }
    }

    private static OutputException refusal(final Path path, final IOException e) {
        return new OutputException("output: cannot write " + path + " (" + reason(path, e)
            + "); give another path, or create the directory and allow this user to write there", e);
    }

    /** The kernel gives the lock back when the file is closed, however the process ends. */
    private void lock() throws IOException {
        if (!Files.isRegularFile(path)) {
            return;
        }
        try {
            if (stream.getChannel().tryLock() != null) {
                return;
            }
        } catch (final OverlappingFileLockException e) {
            // Another part of this process has it.
        } catch (final IOException e) {
            // Not every file system has locks.
            return;
        }
        throw new IOException("another run writes it");
    }

    private void empty() throws IOException {
        final FileChannel channel = stream.getChannel();
        if (Files.isRegularFile(path)) {
            channel.truncate(0);
        }
    }

    static OutputFile standardOutput() {
        return new OutputFile("standard output", null, new FileOutputStream(FileDescriptor.out), true);
    }

    static OutputFile standardError() {
        return new OutputFile("standard error", null, new FileOutputStream(FileDescriptor.err), true);
    }

    /** Writes all or as much as can be; returns how many bytes surely arrived. */
    int write(final byte[] bytes, final int length) {
        if (failure != null) {
            return 0;
        }
        final long before = filePosition();
        try {
            stream.write(bytes, 0, length);
            return length;
        } catch (final IOException e) {
            failure = "output: cannot write " + name + " any more (" + e.getMessage()
                + "); free space or keep the reader running, and run again";
            return Math.clamp(filePosition() - before, 0, length);
        }
    }

    /** Path, or words for a standard stream. */
    String name() {
        return name;
    }

    /** One line: what, where, how to mend it; null while all is well. */
    String failure() {
        return failure;
    }

    /**
     * Lets go of the file and opens what is there under its name now, or a new one; also one that could not be written
     * any more. A standard stream stays. Where the name cannot be opened the old file stays open.
     */
    void reopen() {
        if (standardStream) {
            return;
        }
        try {
            final OutputFile next = openUnlocked(path);
            stream.close();
            stream = next.stream;
            final boolean torn = endsWithinALine(path);
            lock();
            moveToEnd(torn);
            failure = null;
        } catch (final OutputException e) {
            failure = e.getMessage();
        } catch (final IOException e) {
            failure = "output: cannot finish " + name + " (" + e.getMessage()
                + "); free space on its file system, and run again";
        }
    }

    /** Closes a file; leaves standard streams open. */
    void close() {
        if (standardStream) {
            return;
        }
        try {
            stream.close();
        } catch (final IOException e) {
            if (failure == null) {
                failure = "output: cannot finish " + name + " (" + e.getMessage()
                    + "); free space on its file system, and run again";
            }
        }
    }

    /**
     * An appending write moves to the end only when it happens; counting bytes needs the position before. What a run
     * that was killed, or a full disk, left of a line ends here.
     */
    private void moveToEnd(final boolean torn) throws IOException {
        if (torn) {
            stream.write('\n');
        }
        try {
            stream.getChannel().position(stream.getChannel().size());
        } catch (final IOException noPosition) {
            // A pipe or a terminal has no end.
        }
    }

    private static boolean endsWithinALine(final Path path) {
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try (SeekableByteChannel file = Files.newByteChannel(path)) {
            final ByteBuffer last = ByteBuffer.allocate(1);
            return file.size() > 0 && file.position(file.size() - 1).read(last) == 1 && last.get(0) != '\n';
        } catch (final IOException e) {
            // Who may write it need not be allowed to read it.
            return false;
        }
    }

    /** Where the next byte goes; 0 for what has no position, such as a pipe. */
    private long filePosition() {
        try {
            return stream.getChannel().position();
        } catch (final IOException noPosition) {
            return 0;
        }
    }

    private static String reason(final Path path, final IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such directory";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        final String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return message.replace(path + ": ", "").replace(path + " (", "").replace("\n", " ").replaceAll("\\)$", "");
    }
}
