package io.millrace.launch;

import io.millrace.engine.parse.TunnelType;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Tunnels to open, for example {@code gre,gtp-u}.
 *
 * @param bits set of {@link TunnelType#bit}s.
 */
record TunnelSet(int bits) {
    /** All that the parser knows. */
    static final TunnelSet ALL = new TunnelSet(TunnelType.ALL);
    /** None. */
    static final TunnelSet NONE = new TunnelSet(TunnelType.NONE);

    /** Reads a list of names. */
    static final class Converter implements ITypeConverter<TunnelSet> {
        @Override
        public TunnelSet convert(final String text) {
            int bits = 0;
            for (final String name : text.split(",")) {
                bits |= Arrays.stream(TunnelType.values()).filter(type -> type.label.equals(name.strip())).findAny()
                    .orElseThrow(() -> new TypeConversionException("no tunnel is named " + name + ": there are "
                        + Arrays.stream(TunnelType.values()).map(type -> type.label)
                            .collect(Collectors.joining(", ")))).bit;
            }
            return new TunnelSet(bits);
        }
    }
}
