package io.millrace.engine.flow.table;

/**
 * Ports that services listen on: all system ports (RFC 6335 section 6), and registered ones whose service is common
 * enough that hosts seldom draw them for a client. Immutable; any thread.
 */
final class ServicePorts {
    private static final int SYSTEM_PORTS = 1024;
    private static final int[] REGISTERED = {
        1080, 1194, 1433, 1434, 1521, 1701, 1720, 1723, 1812, 1813, 1883, 1900, 1935, 2049, 2055, 2123, 2152, 2181,
        2375, 2376, 2379, 2404, 3128, 3260, 3268, 3269, 3306, 3389, 3478, 3479, 3544, 3690, 4070, 4222, 4433, 4500,
        4569, 4739, 4789, 5004, 5005, 5060, 5061, 5201, 5222, 5223, 5228, 5269, 5349, 5353, 5355, 5432, 5555, 5601,
        5671, 5672, 5683, 5684, 5900, 5901, 5938, 5984, 5985, 5986, 6000, 6081, 6343, 6379, 6443, 6514, 6653, 6667,
        6697, 6881, 7680, 8000, 8008, 8009, 8080, 8081, 8086, 8443, 8883, 8888, 9000, 9042, 9090, 9092, 9100, 9200,
        9300, 9418, 9995, 9996, 10050, 10051, 11211, 15672, 20000, 25565, 27015, 27017, 44818, 47808, 51820};
    private static final long[] BITS = bits();

    private ServicePorts() {
    }

    static boolean contains(final int port) {
        return port < SYSTEM_PORTS ? port != 0 : (BITS[port >>> 6] & 1L << port) != 0;
    }

    private static long[] bits() {
        final long[] bits = new long[1 << 10];
        for (final int port : REGISTERED) {
            bits[port >>> 6] |= 1L << port;
        }
        return bits;
    }
}
