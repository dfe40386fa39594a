package io.millrace.launch.plan;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/** A plan for people and for programs. */
public final class PlanReport {
    private static final int WIDEST_VALUE = 34;
    private static final double KIBI = 1024;

    private final Plan plan;

    /** A report of {@code plan}. */
    public PlanReport(final Plan plan) {
        this.plan = plan;
    }

    /** A page, without a final line break. */
    public String text() {
        final StringBuilder text = new StringBuilder("Plan of millrace ").append(plan.command())
            .append(": nothing was opened or started\n");
        final int names = plan.entries().stream().mapToInt(entry -> entry.name().length()).max().orElse(0);
        final int values = plan.entries().stream().mapToInt(entry -> value(entry).length())
            .filter(length -> length <= WIDEST_VALUE).max().orElse(0);
        for (final PlanEntry.Section section : PlanEntry.Section.values()) {
            final List<PlanEntry> entries =
                plan.entries().stream().filter(entry -> entry.section() == section).toList();
            if (!entries.isEmpty()) {
                text.append('\n').append(title(section)).append('\n');
                entries.forEach(entry -> text.append(String.format(Locale.ROOT,
                    "  %-" + names + "s  %-" + Math.max(1, values) + "s  %s%n",
                    entry.name(), value(entry), entry.origin().text())));
            }
        }
        if (!plan.notes().isEmpty()) {
            text.append("\nTo mend\n");
            plan.notes().forEach(note -> text.append("  ").append(note).append('\n'));
        }
        return text.toString().stripTrailing();
    }

    /** One line: command, entries with section, name, value, unit and origin, and notes. */
    public String json() {
        final StringWriter line = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("command", plan.command());
            json.writeArrayFieldStart("plan");
            for (final PlanEntry entry : plan.entries()) {
                write(json, entry);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("notes");
            for (final String note : plan.notes()) {
                json.writeString(note);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.toString();
    }

    private static void write(final JsonGenerator json, final PlanEntry entry) throws IOException {
        json.writeStartObject();
        json.writeStringField("section", lower(entry.section()));
        json.writeStringField("name", entry.name());
        if (entry.value() instanceof Number number) {
            json.writeNumberField("value", number.longValue());
        } else {
            json.writeStringField("value", entry.value().toString());
        }
        if (entry.unit() != PlanEntry.Unit.NONE) {
            json.writeStringField("unit", lower(entry.unit()));
        }
        json.writeObjectFieldStart("origin");
        json.writeStringField("kind", lower(entry.origin().kind()));
        if (!entry.origin().detail().isEmpty()) {
            json.writeStringField("detail", entry.origin().detail());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static String value(final PlanEntry entry) {
        return switch (entry.unit()) {
            case NONE -> entry.value().toString();
            case COUNT -> String.format(Locale.ROOT, "%,d", entry.value());
            case BYTES -> size((Long) entry.value());
        };
    }

    /** Bytes with a binary unit and three digits at least. */
    static String size(final long bytes) {
        if (bytes < KIBI) {
            return bytes + " B";
        }
        double amount = bytes / KIBI;
        for (final String unit : List.of("KiB", "MiB")) {
            if (amount < KIBI) {
                return String.format(Locale.ROOT, "%.1f %s", amount, unit);
            }
            amount /= KIBI;
        }
        return String.format(Locale.ROOT, "%.1f GiB", amount);
    }

    private static String title(final PlanEntry.Section section) {
        final String name = lower(section);
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    private static String lower(final Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
