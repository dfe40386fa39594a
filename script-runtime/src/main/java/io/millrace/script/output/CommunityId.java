package io.millrace.script.output;

import io.millrace.engine.event.FlowEvent;
import io.millrace.engine.event.FlowEventDescriptor;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Community ID version 1 with seed 0 (github.com/corelight/community-id-spec): the same text for both directions of a
 * flow, in every tool that knows it.
 *
 * <pre>{@code
 *  seed 2 | address 4 or 16 | address 4 or 16 | protocol 1 | zero 1 | port 2 | port 2     network order
 * }</pre>
 *
 * <p>The smaller (address, port) pair comes first. ICMP's type and its counterpart's stand for the ports; where a type
 * has no counterpart, type and code do, and the order stays that of the flow. Protocols without ports leave them out.
 * Not thread-safe.
 */
final class CommunityId {
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;
    private static final int SCTP = 132;
    private static final int NO_COUNTERPART = -1;
    private static final int SEED_LENGTH = 2;
    private static final int DIGEST_LENGTH = 20;
    private static final byte[] BASE64 =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
            .getBytes(StandardCharsets.US_ASCII);

    private final MessageDigest sha1;
    private final byte[] client = new byte[16];
    private final byte[] server = new byte[16];
    private final byte[] input = new byte[SEED_LENGTH + 16 + 16 + 6];
    private final byte[] digest = new byte[DIGEST_LENGTH];
    private final byte[] quoted = "\"1:...........................=\"".getBytes(StandardCharsets.US_ASCII);

    CommunityId() {
        try {
            sha1 = MessageDigest.getInstance("SHA-1");
        } catch (final NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    /** The identifier of a flow as a finished JSON text; valid until the next call. */
    byte[] quotedOf(final FlowEvent event) {
        final int addressLength = event.u8(FlowEventDescriptor.IP_VERSION) == 4 ? 4 : 16;
        final int protocol = event.u8(FlowEventDescriptor.L4_PROTOCOL);
        event.bytes(FlowEventDescriptor.CLI_ADDRESS, client, addressLength);
        event.bytes(FlowEventDescriptor.SRV_ADDRESS, server, addressLength);
        int clientPort = event.u16(FlowEventDescriptor.CLI_PORT);
        int serverPort = event.u16(FlowEventDescriptor.SRV_PORT);
        boolean oneWay = false;
        if (protocol == ICMP || protocol == ICMPV6) {
            clientPort = event.u8(FlowEventDescriptor.CLI2SRV_ICMP_TYPE);
            serverPort = protocol == ICMP ? counterpart(clientPort) : counterpartV6(clientPort);
            oneWay = serverPort == NO_COUNTERPART;
            if (oneWay) {
                serverPort = event.u8(FlowEventDescriptor.CLI2SRV_ICMP_CODE);
            }
        }
        int order = 0;
        for (int i = 0; i < addressLength && order == 0; i++) {
            order = (client[i] & 0xFF) - (server[i] & 0xFF);
        }
        final boolean hasPorts = protocol == TCP || protocol == UDP || protocol == SCTP || protocol == ICMP
            || protocol == ICMPV6;
        final boolean clientFirst = oneWay || order < 0 || order == 0 && clientPort < serverPort;
        int length = SEED_LENGTH;
        System.arraycopy(clientFirst ? client : server, 0, input, length, addressLength);
        length += addressLength;
        System.arraycopy(clientFirst ? server : client, 0, input, length, addressLength);
        length += addressLength;
        input[length++] = (byte) protocol;
        input[length++] = 0;
        if (hasPorts) {
            final int first = clientFirst ? clientPort : serverPort;
            final int second = clientFirst ? serverPort : clientPort;
            input[length++] = (byte) (first >>> 8);
            input[length++] = (byte) first;
            input[length++] = (byte) (second >>> 8);
            input[length++] = (byte) second;
        }
        sha1.update(input, 0, length);
        try {
            sha1.digest(digest, 0, DIGEST_LENGTH);
        } catch (final DigestException e) {
            throw new IllegalStateException(e);
        }
        encode();
        return quoted;
    }

    private void encode() {
        int to = 3;
        for (int i = 0; i < DIGEST_LENGTH; i += 3) {
            final int third = i + 2 < DIGEST_LENGTH ? digest[i + 2] & 0xFF : 0;
            final int bits = (digest[i] & 0xFF) << 16 | (digest[i + 1] & 0xFF) << 8 | third;
            quoted[to++] = BASE64[bits >>> 18];
            quoted[to++] = BASE64[bits >>> 12 & 0x3F];
            quoted[to++] = BASE64[bits >>> 6 & 0x3F];
            if (i + 2 < DIGEST_LENGTH) {
                quoted[to++] = BASE64[bits & 0x3F];
            }
        }
    }

    /** Request and reply types of ICMP (RFC 792, 950, 1256). */
    private static int counterpart(final int type) {
        return switch (type) {
            case 0 -> 8;
            case 8 -> 0;
            case 9 -> 10;
            case 10 -> 9;
            case 13 -> 14;
            case 14 -> 13;
            case 15 -> 16;
            case 16 -> 15;
            case 17 -> 18;
            case 18 -> 17;
            default -> NO_COUNTERPART;
        };
    }

    /** Request and reply types of ICMPv6 (RFC 2710, 4443, 4620, 4861, 6275). */
    private static int counterpartV6(final int type) {
        return switch (type) {
            case 128 -> 129;
            case 129 -> 128;
            case 130 -> 131;
            case 131 -> 130;
            case 133 -> 134;
            case 134 -> 133;
            case 135 -> 136;
            case 136 -> 135;
            case 139 -> 140;
            case 140 -> 139;
            case 144 -> 145;
            case 145 -> 144;
            default -> NO_COUNTERPART;
        };
    }
}
