package io.millrace.script.geo;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a database in MaxMind's DB file format 2.0: a binary search tree over address bits with 24-bit records, the
 * data section, and the metadata map behind its marker. IPv4 networks lie below {@code ::/96} of the tree.
 */
final class MmdbWriter {
    private static final int RECORD_BITS = 24;
    private static final int DATA_SEPARATOR = 16;
    private static final byte[] MARKER = {(byte) 0xAB, (byte) 0xCD, (byte) 0xEF};

    private final String databaseType;
    private final int ipVersion;
    private final List<Object[]> nodes = new ArrayList<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    MmdbWriter(final String databaseType, final int ipVersion) {
        this.databaseType = databaseType;
        this.ipVersion = ipVersion;
        nodes.add(new Object[2]);
    }

    MmdbWriter network(final String address, final int prefix, final Map<String, ?> record) {
        final byte[] bytes;
        try {
            bytes = InetAddress.getByName(address).getAddress();
        } catch (final UnknownHostException e) {
            throw new IllegalArgumentException(address, e);
        }
        final boolean mapped = bytes.length == 4 && ipVersion == 6;
        final byte[] key = mapped ? ByteBuffer.allocate(16).position(12).put(bytes).array() : bytes;
        final int bits = mapped ? 96 + prefix : prefix;
        final int dataOffset = data.size();
        write(data, record);
        int node = 0;
        for (int bit = 0; bit < bits; bit++) {
            final int branch = key[bit >> 3] >> (7 - (bit & 7)) & 1;
            if (bit == bits - 1) {
                nodes.get(node)[branch] = new int[] {dataOffset};
            } else if (nodes.get(node)[branch] instanceof final Integer child) {
                node = child;
            } else {
                nodes.add(new Object[2]);
                nodes.get(node)[branch] = nodes.size() - 1;
                node = nodes.size() - 1;
            }
        }
        return this;
    }

    byte[] toBytes() {
        final ByteArrayOutputStream file = new ByteArrayOutputStream();
        for (final Object[] node : nodes) {
            for (final Object branch : node) {
                final int value = switch (branch) {
                    case null -> nodes.size();
                    case final Integer child -> child;
                    case final int[] leaf -> nodes.size() + DATA_SEPARATOR + leaf[0];
                    default -> throw new IllegalStateException();
                };
                file.write(value >>> 16);
                file.write(value >>> 8);
                file.write(value);
            }
        }
        file.writeBytes(new byte[DATA_SEPARATOR]);
        file.writeBytes(data.toByteArray());
        file.writeBytes(MARKER);
        file.writeBytes("MaxMind.com".getBytes(StandardCharsets.US_ASCII));
        final Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("node_count", (long) nodes.size());
        metadata.put("record_size", RECORD_BITS);
        metadata.put("ip_version", ipVersion);
        metadata.put("database_type", databaseType);
        metadata.put("languages", List.of("en"));
        metadata.put("binary_format_major_version", 2);
        metadata.put("binary_format_minor_version", 0);
        metadata.put("build_epoch", 1_700_000_000L);
        metadata.put("description", Map.of("en", "written by a test"));
        write(file, metadata);
        return file.toByteArray();
    }

    private static void write(final ByteArrayOutputStream out, final Object value) {
        switch (value) {
            case final Map<?, ?> map -> {
                control(out, 7, map.size());
                map.forEach((key, child) -> {
                    write(out, key);
                    write(out, child);
                });
            }
            case final List<?> list -> {
                control(out, 11, list.size());
                list.forEach(child -> write(out, child));
            }
            case final String text -> {
                final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                control(out, 2, bytes.length);
                out.writeBytes(bytes);
            }
            case final Double number -> {
                control(out, 3, 8);
                out.writeBytes(ByteBuffer.allocate(8).putDouble(number).array());
            }
            case final Integer number -> {
                control(out, 5, 2);
                out.writeBytes(ByteBuffer.allocate(2).putShort(number.shortValue()).array());
            }
            case final Long number -> {
                control(out, 6, 4);
                out.writeBytes(ByteBuffer.allocate(4).putInt(number.intValue()).array());
            }
            default -> throw new IllegalArgumentException("no type for " + value.getClass());
        }
    }

    private static void control(final ByteArrayOutputStream out, final int type, final int size) {
        final int sizeBits = Integer.min(size, 29);
        out.write(type < 8 ? type << 5 | sizeBits : sizeBits);
        if (type >= 8) {
            out.write(type - 7);
        }
        if (size >= 29) {
            out.write(size - 29);
        }
    }
}
