package io.millrace.bench.report;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 4096}, {@code 64K}, {@code 1M} as numbers of things; K, M and G are powers of 1000. */
public final class CountConverter implements ITypeConverter<Integer> {
    private static final Pattern COUNT = Pattern.compile("(\\d{1,10})([KMGkmg])?");

    /** For picocli. */
    public CountConverter() {
    }

    @Override
    public Integer convert(final String value) {
        final Matcher matcher = COUNT.matcher(value);
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + value + "' is not a number: write 4096, 64K or 1M");
        }
        final String unit = matcher.group(2) == null ? "" : matcher.group(2).toUpperCase(java.util.Locale.ROOT);
        final long factor = switch (unit) {
            case "" -> 1;
            case "K" -> 1_000;
            case "M" -> 1_000_000;
            default -> 1_000_000_000;
        };
        final long number = Long.parseLong(matcher.group(1)) * factor;
        if (number > Integer.MAX_VALUE) {
            throw new TypeConversionException("'" + value + "' is too large: at most " + Integer.MAX_VALUE);
        }
        return (int) number;
    }

    /** The shortest text that reads back as {@code count}. */
    public static String text(final long count) {
        if (count != 0 && count % 1_000_000 == 0) {
            return count / 1_000_000 + "M";
        }
        return count != 0 && count % 1_000 == 0 ? count / 1_000 + "K" : Long.toString(count);
    }
}
