package io.millrace.engine.port;

/** Link layers that the parser understands. Numbers: the link-layer header types of libpcap and pcapng. */
public enum LinkType {
    /** Ethernet, from the destination address, without preamble and checksum. */
    ETHERNET(1);

    /** {@code LINKTYPE_} number in capture files. */
    public final int number;

    LinkType(final int number) {
        this.number = number;
    }

    /** The link type with this number; {@code null} where the parser does not understand it. */
    public static LinkType of(final int number) {
        for (final LinkType type : values()) {
            if (type.number == number) {
                return type;
            }
        }
        return null;
    }
}
