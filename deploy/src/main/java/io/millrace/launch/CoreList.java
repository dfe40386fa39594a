package io.millrace.launch;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Cores for threads, in the order given.
 *
 * @param cores numbers as the kernel counts them; empty leaves placing to the kernel.
 */
record CoreList(List<Integer> cores) {
    static final CoreList ANY = new CoreList(List.of());

    /** Reads {@code 2,4-7} and {@code any}. */
    static final class Converter implements ITypeConverter<CoreList> {
        private static final Pattern RANGE = Pattern.compile("(\\d{1,4})(?:-(\\d{1,4}))?");

        @Override
        public CoreList convert(final String value) {
            if (value.strip().equals("any")) {
                return ANY;
            }
            final Set<Integer> cores = new LinkedHashSet<>();
            for (final String part : value.split(",", -1)) {
                final Matcher matcher = RANGE.matcher(part.strip());
                if (!matcher.matches()) {
                    throw new TypeConversionException("'" + value + "' is not a list of cores: write 2,4-7, or any");
                }
                final int first = Integer.parseInt(matcher.group(1));
                final int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
                if (last < first) {
                    throw new TypeConversionException("'" + part + "' runs backwards: write " + last + "-" + first);
                }
                for (int core = first; core <= last; core++) {
                    if (!cores.add(core)) {
                        throw new TypeConversionException("core " + core + " is named twice: name it once");
                    }
                }
            }
            return new CoreList(List.copyOf(new ArrayList<>(cores)));
        }
    }
}
