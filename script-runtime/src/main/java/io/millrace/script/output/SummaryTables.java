package io.millrace.script.output;

import io.millrace.engine.event.ApplicationNames;
import io.millrace.engine.event.FlowEvent;
import io.millrace.engine.event.FlowEventDescriptor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Adds up what goes by, for the closing summary: flows, packets and bytes by application, alerts by signature. Filled
 * by the writer thread; read it after the writer has closed. The order of its tables depends on the sums alone.
 */
public final class SummaryTables implements Sink {
    private static final int MAX_SIGNATURES = 4096;
    private static final String OTHER_SIGNATURES = "(other signatures)";
    private static final String INDENT = "  ";

    private final ApplicationNames names;
    private final Int2ObjectHashMap<Traffic> applications = new Int2ObjectHashMap<>();
    private final Int2ObjectHashMap<AlertCount> signatures = new Int2ObjectHashMap<>();
    private final AlertCount otherSignatures = new AlertCount(OTHER_SIGNATURES.getBytes(StandardCharsets.UTF_8), null);
    private int signatureCount;
    private byte[] signature = new byte[256];

    private static final class Traffic {
        private long flows;
        private long packets;
        private long bytes;
    }

    private static final class AlertCount {
        private final byte[] signature;
        private final AlertCount next;
        private long alerts;

        AlertCount(final byte[] signature, final AlertCount next) {
            this.signature = signature;
            this.next = next;
        }
    }

    /**
     * One line of the table of applications.
     *
     * @param name    {@code Master.App}.
     * @param flows   flows that ended.
     * @param packets in both directions.
     * @param bytes   frame bytes in both directions.
     */
    public record Application(String name, long flows, long packets, long bytes) {
    }

    /**
     * One line of the table of alerts.
     *
     * @param signature title of the alert.
     * @param alerts    how often it was raised.
     */
    public record Signature(String signature, long alerts) {
    }

    /** Empty tables. */
    public SummaryTables(final ApplicationNames names) {
        this.names = names;
    }

    @Override
    public void flow(final FlowRecord record) {
        final FlowEvent event = record.event();
        final int key = event.u16(FlowEventDescriptor.NDPI_MASTER) << 16 | event.u16(FlowEventDescriptor.NDPI_APP);
        Traffic traffic = applications.get(key);
        if (traffic == null) {
            traffic = new Traffic();
            applications.put(key, traffic);
        }
        traffic.flows++;
        traffic.packets += event.u64(FlowEventDescriptor.CLI2SRV_PACKETS)
            + event.u64(FlowEventDescriptor.SRV2CLI_PACKETS);
        traffic.bytes += event.u64(FlowEventDescriptor.CLI2SRV_BYTES) + event.u64(FlowEventDescriptor.SRV2CLI_BYTES);
    }

    @Override
    public void alert(final AlertRecord alert) {
        final int length = alert.signatureLength();
        if (signature.length < length) {
            signature = new byte[2 * length];
        }
        alert.buffer().getBytes(alert.signatureOffset(), signature, 0, length);
        countOf(length).alerts++;
    }

    /** Applications, most bytes first. Names that share a pair of ids with another are one line. */
    public List<Application> applications() {
        final List<Application> lines = new ArrayList<>();
        applications.forEach((key, traffic) -> lines.add(new Application(
            names.protocol(key >>> 16, key & 0xFFFF), traffic.flows, traffic.packets, traffic.bytes)));
        lines.sort(Comparator.comparingLong(Application::bytes).reversed()
            .thenComparing(Application::name)
            .thenComparingLong(Application::flows));
        return lines;
    }

    /** Alerts by signature, most frequent first. */
    public List<Signature> signatures() {
        final List<Signature> lines = new ArrayList<>();
        signatures.forEach((hash, first) -> {
            for (AlertCount count = first; count != null; count = count.next) {
                lines.add(new Signature(new String(count.signature, StandardCharsets.UTF_8), count.alerts));
            }
        });
        lines.sort(Comparator.comparingLong(Signature::alerts).reversed().thenComparing(Signature::signature));
        if (otherSignatures.alerts > 0) {
            lines.add(new Signature(OTHER_SIGNATURES, otherSignatures.alerts));
        }
        return lines;
    }

    /**
     * The tables as aligned text, each line ended by a newline; empty where nothing went by.
     *
     * @param limit most lines per table; the rest is added up in one line.
     */
    public String format(final int limit) {
        final StringBuilder text = new StringBuilder();
        final List<Application> traffic = applications();
        if (!traffic.isEmpty()) {
            final List<String[]> rows = new ArrayList<>();
            rows.add(new String[] {"application", "flows", "packets", "bytes"});
            for (final Application line : withRest(traffic, limit)) {
                rows.add(new String[] {line.name(), grouped(line.flows()), grouped(line.packets()),
                    grouped(line.bytes())});
            }
            append(text, rows);
        }
        final List<Signature> alerts = signatures();
        if (!alerts.isEmpty()) {
            if (!text.isEmpty()) {
                text.append('\n');
            }
            final List<String[]> rows = new ArrayList<>();
            rows.add(new String[] {"alert", "count"});
            for (final Signature line : alerts.subList(0, Math.min(limit, alerts.size()))) {
                rows.add(new String[] {printable(line.signature()), grouped(line.alerts())});
            }
            if (alerts.size() > limit) {
                final List<Signature> rest = alerts.subList(limit, alerts.size());
                rows.add(new String[] {"(" + rest.size() + " more)",
                    grouped(rest.stream().mapToLong(Signature::alerts).sum())});
            }
            append(text, rows);
        }
        return text.toString();
    }

    private AlertCount countOf(final int length) {
        int hash = 0;
        for (int i = 0; i < length; i++) {
            hash = 31 * hash + signature[i];
        }
        final AlertCount first = signatures.get(hash);
        for (AlertCount count = first; count != null; count = count.next) {
            if (Arrays.equals(count.signature, 0, count.signature.length, signature, 0, length)) {
                return count;
            }
        }
        if (signatureCount == MAX_SIGNATURES) {
            return otherSignatures;
        }
        signatureCount++;
        final AlertCount count = new AlertCount(Arrays.copyOf(signature, length), first);
        signatures.put(hash, count);
        return count;
    }

    private static List<Application> withRest(final List<Application> lines, final int limit) {
        if (lines.size() <= limit) {
            return lines;
        }
        final List<Application> shown = new ArrayList<>(lines.subList(0, limit));
        final List<Application> rest = lines.subList(limit, lines.size());
        shown.add(new Application("(" + rest.size() + " more)",
            rest.stream().mapToLong(Application::flows).sum(),
            rest.stream().mapToLong(Application::packets).sum(),
            rest.stream().mapToLong(Application::bytes).sum()));
        return shown;
    }

    private static void append(final StringBuilder text, final List<String[]> rows) {
        final int columns = rows.getFirst().length;
        final int[] width = new int[columns];
        for (final String[] row : rows) {
            for (int column = 0; column < columns; column++) {
                width[column] = Math.max(width[column], row[column].length());
            }
        }
        for (final String[] row : rows) {
            text.append(row[0]).repeat(' ', width[0] - row[0].length());
            for (int column = 1; column < columns; column++) {
                text.append(INDENT).repeat(' ', width[column] - row[column].length()).append(row[column]);
            }
            text.append('\n');
        }
    }

    private static String grouped(final long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** Control characters would let a script's text write over the terminal. */
    private static String printable(final String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
