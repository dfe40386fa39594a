package io.millrace.launch;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads paths. Java takes an empty one for the working folder, where its writer has left something out. */
final class PathConverter implements ITypeConverter<Path> {
    @Override
    public Path convert(final String value) {
        if (value.isBlank()) {
            throw new TypeConversionException("'" + value + "' is not a path: name a file or a folder");
        }
        try {
            return Path.of(value);
        } catch (final InvalidPathException e) {
            throw new TypeConversionException("'" + value + "' is not a path: " + e.getReason());
        }
    }
}
