/**
 * Fourth stop of a packet: makes of addresses, ports, protocol and VLAN a key and a hash that are the same for both
 * directions of a flow. Owned by one worker; allocates nothing after construction.
 */
package io.millrace.engine.flow.key;
