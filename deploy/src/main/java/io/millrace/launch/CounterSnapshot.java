package io.millrace.launch;

import io.millrace.engine.telemetry.CounterDescriptor;
import io.millrace.engine.telemetry.CountersFile;
import io.millrace.engine.telemetry.DistributorCounter;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.PortCounter;
import io.millrace.engine.telemetry.ProcessStart;
import io.millrace.script.external.ExternalAlertCounter;
import io.millrace.script.intake.ScriptCounter;
import io.millrace.script.output.OutputCounter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.agrona.concurrent.status.CountersReader;

/**
 * All counters of a running process at about one moment: each value is whole, but they are read one after the other
 * while their owners go on counting.
 *
 * @param pid       of the process.
 * @param upS       time since it started, in seconds.
 * @param takenNs   reading of {@link System#nanoTime()}.
 * @param takenMs   the same moment, milliseconds since the Unix epoch.
 * @param values    in the order of the file.
 */
record CounterSnapshot(long pid, double upS, long takenNs, long takenMs, List<Value> values) {
    private static final Map<Integer, CounterDescriptor> DESCRIPTORS = descriptors();

    /**
     * One counter.
     *
     * @param descriptor what it counts.
     * @param owner      who counts.
     */
    record Value(CounterDescriptor descriptor, String owner, long value) {
    }

    static CounterSnapshot take(final CountersFile file) {
        final CountersReader reader = new CountersReader(file.metadata(), file.values());
        final List<Value> values = new ArrayList<>();
        reader.forEach((counterId, typeId, key, label) -> {
            final CounterDescriptor descriptor = DESCRIPTORS.get(typeId);
            if (descriptor != null) {
                final int ownerLength = label.length() - descriptor.label().length() - 2;
                values.add(new Value(
                    descriptor, label.substring(0, Math.max(0, ownerLength)), reader.getCounterValue(counterId)));
            }
        });
        return new CounterSnapshot(
            file.pid(), ProcessStart.ageSeconds(file.startedTicks()), System.nanoTime(), System.currentTimeMillis(),
            List.copyOf(values));
    }

    /** Sum over all owners. */
    long total(final CounterDescriptor descriptor) {
        return values.stream().filter(value -> value.descriptor() == descriptor).mapToLong(Value::value).sum();
    }

    /** Value of one owner; 0 where it has none. */
    long of(final CounterDescriptor descriptor, final String owner) {
        return values.stream().filter(value -> value.descriptor() == descriptor && value.owner().equals(owner))
            .mapToLong(Value::value).sum();
    }

    /** Who counts this, in the order of the file. */
    Set<String> owners(final CounterDescriptor descriptor) {
        final Set<String> owners = new LinkedHashSet<>();
        values.stream().filter(value -> value.descriptor() == descriptor).forEach(value -> owners.add(value.owner()));
        return owners;
    }

    /** Calls of a hook that were made. */
    long hookCalls(final String owner) {
        return of(RunGauge.HOOK_RUN, owner) + of(RunGauge.HOOK_FAILED, owner) + of(RunGauge.HOOK_TIMED_OUT, owner);
    }

    /** Hooks of scripts, {@code script hook}, those that took the most time in all first. */
    List<String> hooksByTime() {
        return owners(RunGauge.HOOK_DUE).stream().sorted(Comparator.comparingDouble((String owner) ->
            -(double) of(RunGauge.HOOK_TOTAL, owner) / Math.max(1, of(RunGauge.HOOK_TIMED, owner)) * hookCalls(owner)))
            .toList();
    }

    private static Map<Integer, CounterDescriptor> descriptors() {
        final Map<Integer, CounterDescriptor> all = new HashMap<>();
        Stream.<CounterDescriptor[]>of(EngineCounter.values(), DistributorCounter.values(), PortCounter.values(),
                ScriptCounter.values(), ExternalAlertCounter.values(), OutputCounter.values(), RunGauge.values())
            .flatMap(Stream::of).forEach(descriptor -> all.put(descriptor.typeId(), descriptor));
        return Map.copyOf(all);
    }
}
