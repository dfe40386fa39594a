package io.millrace.launch;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 500ms}, {@code 15s}, {@code 2m}, {@code 1h}, {@code 1.5s} as nanoseconds. A bare number has no unit. */
final class DurationConverter implements ITypeConverter<Long> {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,9})?)(ns|us|ms|s|m|h|d)");

    @Override
    public Long convert(final String value) {
        final Matcher matcher = DURATION.matcher(value);
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + value + "' is not a duration: write 500ms, 15s, 2m or 1h");
        }
        final double nanoseconds = Double.parseDouble(matcher.group(1)) * unitNs(matcher.group(2));
        if (nanoseconds > Long.MAX_VALUE) {
            throw new TypeConversionException("'" + value + "' is too long: at most 292 years");
        }
        return Math.round(nanoseconds);
    }

    private static double unitNs(final String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "us" -> 1e3;
            case "ms" -> 1e6;
            case "s" -> 1e9;
            case "m" -> 60e9;
            case "h" -> 3600e9;
            default -> 86_400e9;
        };
    }
}
