package io.millrace.script.intake;

import io.millrace.script.geo.PlaceTable;

/**
 * Where a script thread learns about hosts.
 *
 * @param localNetworks networks that count as local; shared by all threads.
 * @param blacklist     addresses that count as blacklisted; shared by all threads.
 * @param places        where addresses are; one per thread.
 */
public record FlowTraitsSource(NetworkSet localNetworks, NetworkSet blacklist, PlaceTable places) {
}
