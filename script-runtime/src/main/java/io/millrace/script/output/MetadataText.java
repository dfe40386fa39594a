package io.millrace.script.output;

import io.millrace.engine.event.FlowEvent;
import io.millrace.engine.event.FlowMetadataDescriptor;

/** Writes texts of an event's metadata as members; absent ones are left out. Owned by the writer thread. */
final class MetadataText {
    private static final byte[] HASH = JsonText.name("hash");

    private final byte[] text = new byte[FlowMetadataDescriptor.MAX_LENGTH];

    /** Writes the text that {@code reference} points to. */
    void text(final byte[] field, final FlowEvent event, final int reference, final JsonText out) {
        if (event.textLength(reference) > 0) {
            out.field(field).text(text, 0, event.text(reference, text));
        }
    }

    /** Writes the text as {@code hash} of an object of its own. */
    void hash(final byte[] field, final FlowEvent event, final int reference, final JsonText out) {
        if (event.textLength(reference) > 0) {
            out.field(field).openObject();
            text(HASH, event, reference, out);
            out.closeObject();
        }
    }
}
