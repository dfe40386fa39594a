package io.millrace.launch.doctor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/** Findings for people and for programs, the worst first. */
public final class DoctorReport {
    private final List<Finding> findings;

    /** A report of {@code findings}. */
    public DoctorReport(final List<Finding> findings) {
        this.findings = findings.stream()
            .sorted((one, other) -> other.severity().compareTo(one.severity())).toList();
    }

    /** Whether something hurts. */
    public boolean hurts() {
        return findings.stream().anyMatch(Finding::hurts);
    }

    /** A page, without a final line break. */
    public String text() {
        final StringBuilder text = new StringBuilder();
        for (final Finding finding : findings) {
            text.append(String.format(Locale.ROOT, "%-6s  %-24s %s%n", key(finding.severity()), finding.subject(),
                finding.found()));
            if (finding.severity() != Finding.Severity.GOOD) {
                text.append(String.format(Locale.ROOT, "        why   %s%n        mend  %s%n", finding.why(),
                    finding.remedy()));
            }
        }
        return text.append(String.format(Locale.ROOT, "%n%d broken, %d hurt, %d notes, %d good",
            count(Finding.Severity.BROKEN), count(Finding.Severity.HURTS), count(Finding.Severity.NOTE),
            count(Finding.Severity.GOOD))).toString();
    }

    /** One line. */
    public String json() {
        final StringWriter line = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(line)) {
            json.writeStartObject();
            json.writeBooleanField("hurts", hurts());
            json.writeArrayFieldStart("findings");
            for (final Finding finding : findings) {
                json.writeStartObject();
                json.writeStringField("severity", key(finding.severity()));
                json.writeStringField("subject", finding.subject());
                json.writeStringField("found", finding.found());
                if (finding.severity() != Finding.Severity.GOOD) {
                    json.writeStringField("why", finding.why());
                    json.writeStringField("remedy", finding.remedy());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.toString();
    }

    private long count(final Finding.Severity severity) {
        return findings.stream().filter(finding -> finding.severity() == severity).count();
    }

    private static String key(final Finding.Severity severity) {
        return severity.name().toLowerCase(Locale.ROOT);
    }
}
