package io.millrace.launch;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 4096}, {@code 64K}, {@code 1M} as numbers of things; K and M are powers of 1000. */
final class CountConverter implements ITypeConverter<Integer> {
    private static final Pattern COUNT = Pattern.compile("(\\d{1,12})([KMG])?");

    @Override
    public Integer convert(final String value) {
        final Matcher matcher = COUNT.matcher(value);
        if (!matcher.matches()) {
            throw new TypeConversionException(
                "'" + value + "' is not a number: write 4096, 64K or 1M, in powers of 1000");
        }
        final long unit = switch (matcher.group(2)) {
            case null -> 1;
            case "K" -> 1_000;
            case "M" -> 1_000_000;
            default -> 1_000_000_000;
        };
        final long number = Long.parseLong(matcher.group(1));
        if (number > Integer.MAX_VALUE / unit) {
            throw new TypeConversionException("'" + value + "' is too large: at most " + Integer.MAX_VALUE);
        }
        return (int) (number * unit);
    }
}
