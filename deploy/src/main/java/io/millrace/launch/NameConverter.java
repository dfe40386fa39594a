package io.millrace.launch;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads names that must not be empty. */
final class NameConverter implements ITypeConverter<String> {
    @Override
    public String convert(final String value) {
        if (value.isBlank()) {
            throw new TypeConversionException("'" + value + "' names nothing: give a name, or leave the flag out");
        }
        return value;
    }
}
