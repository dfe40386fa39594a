package io.millrace.engine.event;

/**
 * The names behind the numbers in flow events, as the loaded nDPI has them. Immutable; any thread.
 *
 * @param protocols        name of each protocol id, from 0 (unknown).
 * @param protocolCategory default category id of each protocol id.
 * @param protocolBreed    breed id of each protocol id.
 * @param categories       name of each category id; empty text where an id is not in use.
 * @param breeds           name of each breed id.
 * @param risks            text of each risk id.
 * @param confidences      name of each confidence value.
 */
public record ApplicationNames(
    String[] protocols,
    int[] protocolCategory,
    int[] protocolBreed,
    String[] categories,
    String[] breeds,
    String[] risks,
    String[] confidences) {

    /** Name of a protocol id; {@code Unknown} for an id that nDPI does not have. */
    public String protocol(final int id) {
        return id < protocols.length ? protocols[id] : protocols[0];
    }

    /** {@code Master.App}, or the one name where only one is known or both are equal. */
    public String protocol(final int masterId, final int appId) {
        if (masterId == 0 || masterId == appId) {
            return protocol(appId);
        }
        return appId == 0 ? protocol(masterId) : protocol(masterId) + "." + protocol(appId);
    }

    /** Id of the protocol with this name, compared without case; -1 where there is none. */
    public int protocolId(final String name) {
        for (int id = 0; id < protocols.length; id++) {
            if (protocols[id].equalsIgnoreCase(name)) {
                return id;
            }
        }
        return -1;
    }
}
