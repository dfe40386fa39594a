package io.millrace.script.intake;

import io.millrace.script.geo.AsnTable;
import io.millrace.script.geo.PlaceTable;

/**
 * Where a script thread learns about hosts.
 *
 * @param hosts  which hosts count as local and as blacklisted; shared by all threads.
 * @param places where addresses are; one per thread.
 * @param asns   which autonomous systems they belong to; one per thread.
 */
public record FlowTraitsSource(HostLists hosts, PlaceTable places, AsnTable asns) {
}
