package io.millrace.launch;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Packets of a flow shown to nDPI at most.
 *
 * @param tcp   of a TCP flow.
 * @param udp   of a UDP flow.
 * @param other of any other flow.
 */
record DetectPackets(int tcp, int udp, int other) {
    /** Of TCP and UDP as many as nDPI's own reader shows, whose limits of 80 and 24 each let one more through. */
    static final DetectPackets DEFAULT = new DetectPackets(81, 25, 24);
    /** {@link #DEFAULT} as a user would write it. */
    static final String DEFAULT_TEXT = "tcp=81,udp=25,other=24";

    /** Reads {@code tcp=80,udp=24}, where what is not named keeps its default, or {@code 0}, which is off. */
    static final class Converter implements ITypeConverter<DetectPackets> {
        private static final Pattern PART = Pattern.compile("(tcp|udp|other)=(\\d{1,9})");

        @Override
        public DetectPackets convert(final String value) {
            if (value.equals("0")) {
                return new DetectPackets(0, 0, 0);
            }
            int tcp = DEFAULT.tcp;
            int udp = DEFAULT.udp;
            int other = DEFAULT.other;
            final Set<String> named = new HashSet<>();
            for (final String part : value.split(",", -1)) {
                final Matcher matcher = PART.matcher(part.strip());
                if (!matcher.matches() || !named.add(matcher.group(1))) {
                    throw new TypeConversionException("'" + value + "' names no numbers of packets: write "
                        + DEFAULT_TEXT + ", or 0 for no detection");
                }
                final int packets = Integer.parseInt(matcher.group(2));
                switch (matcher.group(1)) {
                    case "tcp" -> tcp = packets;
                    case "udp" -> udp = packets;
                    default -> other = packets;
                }
            }
            return new DetectPackets(tcp, udp, other);
        }
    }
}
