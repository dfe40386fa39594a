package io.millrace.launch.doctor;

import java.util.ArrayList;
import java.util.List;

/** All checks of a machine. */
public final class Doctor {
    private final Patient patient;
    private final List<String> wantedOptions;
    private final List<String> givenOptions;

    /**
     * A doctor for {@code patient}.
     *
     * @param wantedOptions options that the launcher gives the JVM.
     * @param givenOptions  those that it has.
     */
    public Doctor(final Patient patient, final List<String> wantedOptions, final List<String> givenOptions) {
        this.patient = patient;
        this.wantedOptions = List.copyOf(wantedOptions);
        this.givenOptions = List.copyOf(givenOptions);
    }

    /** What was found, good and bad, by subject. */
    public List<Finding> examine() {
        final List<Finding> findings = new ArrayList<>();
        findings.addAll(new PortChecks(patient).look());
        findings.addAll(new ProcessorChecks(patient).look());
        findings.addAll(new MemoryChecks(patient).look());
        findings.addAll(new ProcessChecks(patient, wantedOptions, givenOptions).look());
        return findings;
    }
}
