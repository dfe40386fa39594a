package io.millrace.script;

import io.millrace.script.output.VerdictNames;
import java.util.Arrays;
import java.util.List;

/**
 * Names behind the numbers in the output. A script keeps its number for the whole run, however often the scripts are
 * loaded anew: messages on their way to the output still mean what they meant. Written under the lock of
 * {@link ScriptRuntime}, read by any thread.
 */
final class ScriptNames implements VerdictNames {
    private static final int MAX_SCRIPTS = 0xFFFF;

    private volatile String[] scripts = {};
    private volatile String[] statuses = {};

    /**
     * Takes the names of a set of scripts.
     *
     * @return the number of each script in the output, by its place in the set.
     */
    int[] add(final List<String> keys, final String[] statusKeys) {
        String[] known = scripts;
        final int[] numbers = new int[keys.size()];
        for (int i = 0; i < numbers.length; i++) {
            int number = Arrays.asList(known).indexOf(keys.get(i));
            if (number < 0) {
                number = Math.min(known.length, MAX_SCRIPTS);
                known = Arrays.copyOf(known, number + 1);
                known[number] = keys.get(i);
            }
            numbers[i] = number;
        }
        scripts = known;
        statuses = statusKeys;
        return numbers;
    }

    @Override
    public String status(final int id) {
        final String[] known = statuses;
        return id >= 0 && id < known.length ? known[id] : null;
    }

    @Override
    public String script(final int index) {
        final String[] known = scripts;
        return index >= 0 && index < known.length ? known[index] : null;
    }
}
