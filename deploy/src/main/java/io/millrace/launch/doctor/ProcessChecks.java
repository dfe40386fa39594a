package io.millrace.launch.doctor;

import static io.millrace.launch.doctor.Finding.Severity.BROKEN;
import static io.millrace.launch.doctor.Finding.Severity.HURTS;
import static io.millrace.launch.doctor.Finding.Severity.NOTE;
import static io.millrace.launch.doctor.Finding.good;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Kernel and process: version, capabilities, options of the JVM. */
final class ProcessChecks {
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
    /** First release with {@code MADV_POPULATE_WRITE}. */
    private static final int OLDEST_GOOD_KERNEL = 5 * 1000 + 14;
    /** Of {@code linux/capability.h}. */
    private static final int CAP_NET_RAW = 13;

    private final Patient patient;
    private final List<String> wantedOptions;
    private final List<String> givenOptions;
    private final List<Finding> findings = new ArrayList<>();

    /**
     * Checks of a process.
     *
     * @param wantedOptions options that the launcher gives the JVM.
     * @param givenOptions  those that it has.
     */
    ProcessChecks(final Patient patient, final List<String> wantedOptions, final List<String> givenOptions) {
        this.patient = patient;
        this.wantedOptions = wantedOptions;
        this.givenOptions = givenOptions;
    }

    List<Finding> look() {
        kernel();
        capabilities();
        options();
        return findings;
    }

    private void kernel() {
        final String release = patient.files().text("proc/sys/kernel/osrelease").orElse("unknown");
        final Matcher version = VERSION.matcher(release);
        if (version.matches() && Integer.parseInt(version.group(1)) * 1000 + Integer.parseInt(version.group(2))
            < OLDEST_GOOD_KERNEL) {
            findings.add(new Finding(NOTE, "kernel", release,
                "before 5.14 memory cannot be taken in advance: the first packets wait for it",
                "apt-get install linux-image-amd64 && reboot"));
        } else {
            findings.add(good("kernel", release));
        }
    }

    private void capabilities() {
        if (patient.hasCapability(CAP_NET_RAW)) {
            findings.add(good("capabilities", "CAP_NET_RAW"));
        } else {
            findings.add(new Finding(patient.interfaces().isEmpty() ? NOTE : BROKEN, "capabilities",
                "CAP_NET_RAW missing", "interfaces of the kernel cannot be opened",
                "sudo millrace ..., or AmbientCapabilities=CAP_NET_RAW in the unit"));
        }
    }

    private void options() {
        final List<String> missing = wantedOptions.stream().filter(option -> !isGiven(option)).toList();
        if (wantedOptions.isEmpty()) {
            findings.add(new Finding(NOTE, "JVM options", "no jvm.options to compare with", "Millrace was not started"
                + " by its launcher", "start it by bin/millrace of the distribution"));
        } else if (missing.isEmpty()) {
            findings.add(good("JVM options", "as in jvm.options"));
        } else {
            findings.add(new Finding(HURTS, "JVM options", "missing: " + String.join(" ", missing),
                "they keep the JVM's pauses short", "unset MILLRACE_JVM_OPTIONS JDK_JAVA_OPTIONS"));
        }
    }

    /** The JVM tells modules it opened as properties of its own. */
    private boolean isGiven(final String option) {
        return givenOptions.contains(option) || option.startsWith("--")
            && givenOptions.stream().anyMatch(given -> given.startsWith(option.replaceFirst("=.*", "")));
    }
}
