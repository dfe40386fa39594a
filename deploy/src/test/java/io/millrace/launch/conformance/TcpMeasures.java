package io.millrace.launch.conformance;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * TCP measures of a capture.
 *
 * @param troubles    by direction; connections between the same ends added up.
 * @param roundTripUs microseconds of the first handshake between two ends, by the client's direction.
 * @param vlans       VLANs in which the two ends talk, as far as is told.
 */
record TcpMeasures(
    Map<TcpDirection, TcpTroubles> troubles, Map<TcpDirection, Long> roundTripUs,
    Map<TcpDirection, Set<Object>> vlans) {

    TcpMeasures() {
        this(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    /** Whether the ends talk in more than one VLAN, which are flows of their own here and one stream to others. */
    boolean isInSeveralVlans(final TcpDirection direction) {
        return vlans.getOrDefault(direction, Set.of()).size() > 1;
    }

    TcpTroubles of(final TcpDirection direction) {
        return troubles.getOrDefault(direction, TcpTroubles.NONE);
    }

    void add(final TcpDirection direction, final TcpTroubles more) {
        troubles.merge(direction, more, TcpTroubles::plus);
    }
}
