package io.millrace.launch.ports;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/** Offers for people and for programs. */
public final class PortReport {
    private final List<PortOffer> offers;

    /** A report of {@code offers}. */
    public PortReport(final List<PortOffer> offers) {
        this.offers = List.copyOf(offers);
    }

    /** A page, without a final line break. */
    public String text() {
        final StringBuilder text = new StringBuilder();
        for (final PortOffer.Kind kind : PortOffer.Kind.values()) {
            text.append(text.isEmpty() ? "" : "\n").append(switch (kind) {
                case CARD -> "Cards that DPDK drives itself\n";
                case INTERFACE -> "Interfaces of the kernel\n";
                case VIRTUAL -> "Virtual devices\n";
            });
            final List<PortOffer> ofKind = offers.stream().filter(offer -> offer.kind() == kind).toList();
            ofKind.forEach(offer -> append(text, offer));
            if (ofKind.isEmpty()) {
                text.append("  none\n");
            }
        }
        return text.toString().stripTrailing();
    }

    /** One line. */
    public String json() {
        final StringWriter line = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(line)) {
            json.writeStartObject();
            json.writeArrayFieldStart("ports");
            for (final PortOffer offer : offers) {
                write(json, offer);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.toString();
    }

    private static void append(final StringBuilder text, final PortOffer offer) {
        text.append(String.format(Locale.ROOT, "  %-14s %s%n", offer.name(), facts(offer)));
        text.append(String.format(Locale.ROOT, "                 %s: %s%s%n",
            offer.needs().isEmpty() ? "ready" : "then", "millrace capture " + offer.flags(),
            offer.remark().isEmpty() ? "" : "   (" + offer.remark() + ")"));
        offer.needs().forEach(need -> text.append("                 needs: ").append(need).append('\n'));
    }

    private static String facts(final PortOffer offer) {
        final StringBuilder facts = new StringBuilder(offer.words());
        if (offer.kind() == PortOffer.Kind.VIRTUAL) {
            return facts.toString();
        }
        facts.append(offer.driver().map(driver -> ", driver " + driver)
            .orElse(offer.kind() == PortOffer.Kind.CARD ? ", no driver" : ""));
        if (offer.node() >= 0) {
            facts.append(", NUMA node ").append(offer.node());
        }
        if (!offer.link().equals("unknown")) {
            facts.append(", link ").append(offer.link());
        }
        if (offer.megabits() > 0) {
            facts.append(", ").append(offer.megabits()).append(" Mbit/s");
        }
        return facts.toString();
    }

    private static void write(final JsonGenerator json, final PortOffer offer) throws IOException {
        json.writeStartObject();
        json.writeStringField("kind", offer.kind().name().toLowerCase(Locale.ROOT));
        json.writeStringField("name", offer.name());
        json.writeStringField("description", offer.words());
        json.writeStringField("driver", offer.driver().orElse(null));
        json.writeNumberField("numa_node", offer.node());
        json.writeStringField("link", offer.link());
        json.writeNumberField("speed_mbps", offer.megabits());
        json.writeStringField("flags", offer.flags());
        json.writeBooleanField("ready", offer.needs().isEmpty());
        json.writeArrayFieldStart("needs");
        for (final String need : offer.needs()) {
            json.writeString(need);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
