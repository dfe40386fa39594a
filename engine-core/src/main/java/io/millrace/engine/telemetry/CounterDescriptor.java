package io.millrace.engine.telemetry;

import java.util.Locale;

/** One kind of counter; implemented by an enum per owner. */
public interface CounterDescriptor {
    /**
     * Type id in the counters file, unique over all owners: engine from 100, scripts from 200, output from 300, what
     * the launcher knows of a run from 400.
     */
    int typeId();

    /** Words for people, lower case. */
    String label();

    /** Name in JSON and in conservation laws: the enum constant in lower case. */
    default String key() {
        return ((Enum<?>) this).name().toLowerCase(Locale.ROOT);
    }
}
