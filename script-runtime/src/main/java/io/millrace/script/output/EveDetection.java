package io.millrace.script.output;

import io.millrace.engine.event.ApplicationNames;
import io.millrace.engine.event.FlowEvent;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowMetadataDescriptor;
import org.agrona.collections.Int2ObjectHashMap;

/** The object {@code ndpi}: what nDPI concluded, under its own names. Owned by the writer thread. */
final class EveDetection {
    private static final byte[] PROTO = JsonText.name("proto");
    private static final byte[] HOSTNAME = JsonText.name("hostname");
    private static final byte[] NDPI = JsonText.name("ndpi");
    private static final byte[] MASTER = JsonText.name("master");
    private static final byte[] APP = JsonText.name("app");
    private static final byte[] CATEGORY = JsonText.name("category");
    private static final byte[] BREED = JsonText.name("breed");
    private static final byte[] CONFIDENCE = JsonText.name("confidence");
    private static final byte[] RISKS = JsonText.name("risks");

    private final ApplicationNames names;
    private final MetadataText texts;
    private final byte[][] protocols;
    private final byte[][] categories;
    private final byte[][] breeds;
    private final byte[][] risks;
    private final byte[][] confidences;
    private final Int2ObjectHashMap<byte[]> applications = new Int2ObjectHashMap<>();

    EveDetection(final ApplicationNames names, final MetadataText texts) {
        this.names = names;
        this.texts = texts;
        protocols = quoted(names.protocols());
        categories = quoted(names.categories());
        breeds = quoted(names.breeds());
        risks = quoted(names.risks());
        confidences = quoted(names.confidences());
    }

    /** Writes the object; with the host name where no other object of the line carries it. */
    void write(final FlowEvent event, final boolean withHostName, final JsonText out) {
        final int master = event.u16(FlowEventDescriptor.NDPI_MASTER);
        final int app = event.u16(FlowEventDescriptor.NDPI_APP);
        out.field(NDPI).openObject();
        out.field(PROTO).raw(application(master, app));
        if (master != 0) {
            out.field(MASTER).raw(protocol(master));
        }
        if (app != 0) {
            out.field(APP).raw(protocol(app));
        }
        name(CATEGORY, categories, event.u16(FlowEventDescriptor.NDPI_CATEGORY), out);
        name(BREED, breeds, event.u8(FlowEventDescriptor.NDPI_BREED), out);
        name(CONFIDENCE, confidences, event.u8(FlowEventDescriptor.NDPI_CONFIDENCE), out);
        if (withHostName) {
            texts.text(HOSTNAME, event, FlowMetadataDescriptor.HOST_NAME, out);
        }
        long risk = event.u64(FlowEventDescriptor.NDPI_RISK);
        if (risk != 0) {
            out.field(RISKS).openArray();
            for (; risk != 0; risk &= risk - 1) {
                final int id = Long.numberOfTrailingZeros(risk);
                out.element().raw(id < risks.length ? risks[id] : JsonText.quoted(Integer.toString(id)));
            }
            out.closeArray();
        }
        out.closeObject();
    }

    private static void name(final byte[] field, final byte[][] values, final int index, final JsonText out) {
        if (index < values.length && values[index].length > 2) {
            out.field(field).raw(values[index]);
        }
    }

    private byte[] protocol(final int id) {
        return protocols[id < protocols.length ? id : 0];
    }

    private byte[] application(final int master, final int app) {
        final int key = master << 16 | app;
        byte[] name = applications.get(key);
        if (name == null) {
            name = JsonText.quoted(names.protocol(master, app));
            applications.put(key, name);
        }
        return name;
    }

    private static byte[][] quoted(final String[] names) {
        final byte[][] quoted = new byte[names.length][];
        for (int i = 0; i < names.length; i++) {
            quoted[i] = JsonText.quoted(names[i] == null ? "" : names[i]);
        }
        return quoted;
    }
}
