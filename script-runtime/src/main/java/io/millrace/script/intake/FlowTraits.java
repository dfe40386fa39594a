package io.millrace.script.intake;

import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.memory.RawMemory;
import io.millrace.script.geo.AsnTable;
import io.millrace.script.geo.PlaceTable;
import io.millrace.script.verdict.VerdictDescriptor;
import org.agrona.DirectBuffer;

/**
 * What is known of a flow's two hosts before any script looks: local and in which network, blacklisted, broadcast or
 * multicast, where they are and which autonomous systems they belong to. Looked up once per flow. Owned by one script
 * thread.
 */
final class FlowTraits {
    private final HostLists hosts;
    private final PlaceTable places;
    private final AsnTable asns;

    FlowTraits(final FlowTraitsSource source) {
        hosts = source.hosts();
        places = source.places();
        asns = source.asns();
    }

    /** Fills the fields of a fresh verdict. {@code event}: offset of the flow's event in {@code buffer}. */
    void fill(final long verdict, final DirectBuffer buffer, final int event) {
        final int version = buffer.getByte(event + FlowEventDescriptor.IP_VERSION);
        final int client = event + FlowEventDescriptor.CLI_ADDRESS;
        final int server = event + FlowEventDescriptor.SRV_ADDRESS;
        RawMemory.putU8(verdict + VerdictDescriptor.CLI_TRAITS, traits(buffer, client, version));
        RawMemory.putU8(verdict + VerdictDescriptor.SRV_TRAITS, traits(buffer, server, version));
        RawMemory.putU16(verdict + VerdictDescriptor.CLI_NETWORK, network(buffer, client, version));
        RawMemory.putU16(verdict + VerdictDescriptor.SRV_NETWORK, network(buffer, server, version));
        RawMemory.putU16(verdict + VerdictDescriptor.CLI_PLACE, places.placeOf(buffer, client, version));
        RawMemory.putU16(verdict + VerdictDescriptor.SRV_PLACE, places.placeOf(buffer, server, version));
        RawMemory.putI32(verdict + VerdictDescriptor.CLI_ASN, asns.numberOf(buffer, client, version));
        RawMemory.putI32(verdict + VerdictDescriptor.SRV_ASN, asns.numberOf(buffer, server, version));
    }

    private int network(final DirectBuffer buffer, final int address, final int version) {
        return Math.min(hosts.localNetworks().entryOf(buffer, address, version) + 1, 0xFFFF);
    }

    private int traits(final DirectBuffer buffer, final int address, final int version) {
        final NetworkSet localNetworks = hosts.localNetworks();
        return (localNetworks.contains(buffer, address, version) ? VerdictDescriptor.LOCAL : 0)
            | (hosts.blacklist().contains(buffer, address, version) ? VerdictDescriptor.BLACKLISTED : 0)
            | (isBroadcastOrMulticast(buffer, address, version, localNetworks)
                ? VerdictDescriptor.BROADCAST_OR_MULTICAST : 0);
    }

    // IPv4: 224.0.0.0/4 (RFC 5771), 255.255.255.255, 0.0.0.0, both ends of a local network. IPv6: ff00::/8 (RFC 4291).
    private static boolean isBroadcastOrMulticast(
        final DirectBuffer buffer, final int address, final int version, final NetworkSet localNetworks) {

        final int first = buffer.getByte(address) & 0xFF;
        if (version == 6) {
            return first == 0xFF;
        }
        final int number = buffer.getInt(address);
        return first >> 4 == 0xE || number == -1 || number == 0 || localNetworks.isEdgeOfNetwork(buffer, address);
    }
}
