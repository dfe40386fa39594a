package io.millrace.launch.doctor;

import static io.millrace.launch.doctor.Finding.Severity.BROKEN;
import static io.millrace.launch.doctor.Finding.Severity.HURTS;
import static io.millrace.launch.doctor.Finding.good;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Room for what a capture writes. */
public final class OutputChecks {
    /** A flow takes a record of about 1 KiB: ten thousand a second fill this in 17 minutes. */
    private static final long LEAST_FREE_BYTES = 10L << 30;

    private OutputChecks() {
    }

    /** Looks at the disks under these files, which need not be there yet. */
    public static List<Finding> look(final List<Path> files) {
        return files.stream().map(OutputChecks::look).toList();
    }

    private static Finding look(final Path file) {
        final String subject = "output " + file;
        final Path folder = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
            return new Finding(BROKEN, subject, "this user may not write there", "the capture does not start",
                "install -d -m 750 -o $(id -un) " + folder);
        }
        try {
            final long free = Files.getFileStore(folder).getUsableSpace();
            final String found = (free >> 30) + " GiB free";
            return free >= LEAST_FREE_BYTES ? good(subject, found)
                : new Finding(HURTS, subject, found,
                    "records are lost when the disk is full; a flow's takes about 1 KiB",
                    "logrotate --force /etc/logrotate.d/millrace, or --eve on a larger disk (df -h)");
        } catch (final IOException e) {
            return new Finding(BROKEN, subject, "cannot be looked at: " + e.getMessage(), "the capture does not start",
                "mount " + folder);
        }
    }
}
