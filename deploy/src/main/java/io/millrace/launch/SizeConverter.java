package io.millrace.launch;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 64M}, {@code 16KiB}, {@code 2048} as bytes; K, M and G are powers of 1024. */
final class SizeConverter implements ITypeConverter<Long> {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})(?:([KMG])(?:iB)?|B)?");

    @Override
    public Long convert(final String value) {
        final Matcher matcher = SIZE.matcher(value);
        if (!matcher.matches()) {
            throw new TypeConversionException(
                "'" + value + "' is not a size: write 2048, 16KiB, 64M or 1G, in powers of 1024");
        }
        final int shift = switch (matcher.group(2)) {
            case null -> 0;
            case "K" -> 10;
            case "M" -> 20;
            default -> 30;
        };
        final long number = Long.parseLong(matcher.group(1));
        if (number > Long.MAX_VALUE >> shift) {
            throw new TypeConversionException("'" + value + "' is too large");
        }
        return number << shift;
    }
}
