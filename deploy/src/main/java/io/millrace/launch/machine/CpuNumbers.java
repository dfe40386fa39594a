package io.millrace.launch.machine;

import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Lists of processors as the kernel writes them: {@code 0-3,8}. */
public final class CpuNumbers {
    private CpuNumbers() {
    }

    /** Reads a list; what is no number is left out. */
    public static SortedSet<Integer> parse(final String text) {
        final SortedSet<Integer> numbers = new TreeSet<>();
        for (final String part : text.strip().split(",")) {
            if (part.strip().matches("\\d{1,5}(-\\d{1,5})?")) {
                final String[] ends = part.strip().split("-");
                for (int n = Integer.parseInt(ends[0]); n <= Integer.parseInt(ends[ends.length - 1]); n++) {
                    numbers.add(n);
                }
            }
        }
        return numbers;
    }

    /** Writes a list with ranges, sorted. */
    public static String format(final Collection<Integer> numbers) {
        final List<Integer> sorted = numbers.stream().sorted().toList();
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < sorted.size(); i++) {
            int last = i;
            while (last + 1 < sorted.size() && sorted.get(last + 1) == sorted.get(last) + 1) {
                last++;
            }
            text.append(text.isEmpty() ? "" : ",").append(sorted.get(i));
            if (last > i) {
                text.append('-').append(sorted.get(last));
            }
            i = last;
        }
        return text.toString();
    }
}
