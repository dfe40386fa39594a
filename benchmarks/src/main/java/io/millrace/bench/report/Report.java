package io.millrace.bench.report;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Rows of one run, printed as a table and written as JSON. Columns are those of the first row, in its order; a number's
 * text is what the row gives as its format. Owned by one thread.
 */
public final class Report {
    private final String benchmark;
    private final List<String> arguments;
    private final List<Map<String, Object>> rows = new ArrayList<>();
    private final Map<String, Object> facts = new LinkedHashMap<>();

    /** An empty report of {@code benchmark}, started with these arguments. */
    public Report(final String benchmark, final List<String> arguments) {
        this.benchmark = benchmark;
        this.arguments = List.copyOf(arguments);
    }

    /** Adds a fact that is not of one row, for example the version of a peer. */
    public void fact(final String name, final Object value) {
        facts.put(name, value);
    }

    /** Adds a row: column names with numbers, texts, or {@code null} for what was not measured. */
    public void row(final Map<String, Object> row) {
        rows.add(new LinkedHashMap<>(row));
    }

    /** The table as text, columns aligned. */
    public String table() {
        final List<String> columns = rows.stream().flatMap(row -> row.keySet().stream()).distinct().toList();
        final List<String[]> lines = new ArrayList<>();
        lines.add(columns.toArray(String[]::new));
        for (final Map<String, Object> row : rows) {
            lines.add(columns.stream().map(column -> text(row.get(column))).toArray(String[]::new));
        }
        final int[] widths = new int[columns.size()];
        lines.forEach(line -> Arrays.setAll(widths, i -> Math.max(widths[i], line[i].length())));
        final StringBuilder table = new StringBuilder();
        for (int line = 0; line < lines.size(); line++) {
            for (int i = 0; i < widths.length; i++) {
                final String column = columns.get(i);
                final boolean number = rows.stream().anyMatch(row -> row.get(column) instanceof Number);
                table.append(i == 0 ? "" : "  ")
                    .append(String.format("%" + (number ? "" : "-") + widths[i] + "s", lines.get(line)[i]));
            }
            table.append(System.lineSeparator());
        }
        return table.toString();
    }

    /** Prints the table and writes the JSON file. */
    public void publish(final Path json) throws IOException {
        System.out.print(table());
        write(json);
        System.out.println("written: " + json);
    }

    private void write(final Path file) throws IOException {
        if (file.toAbsolutePath().getParent() != null) {
            Files.createDirectories(file.toAbsolutePath().getParent());
        }
        try (JsonGenerator json = new JsonFactory().createGenerator(file.toFile(), JsonEncoding.UTF8)) {
            json.useDefaultPrettyPrinter();
            final Map<String, Object> all = new LinkedHashMap<>();
            all.put("benchmark", benchmark);
            all.put("time", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
            all.put("arguments", arguments);
            all.put("machine", Machine.facts());
            all.put("build", Machine.build());
            all.putAll(facts);
            all.put("rows", rows);
            write(json, all);
        }
    }

    private static void write(final JsonGenerator json, final Object value) throws IOException {
        switch (value) {
            case null -> json.writeNull();
            case Map<?, ?> map -> {
                json.writeStartObject();
                for (final Map.Entry<?, ?> entry : map.entrySet()) {
                    json.writeFieldName(entry.getKey().toString());
                    write(json, entry.getValue());
                }
                json.writeEndObject();
            }
            case List<?> list -> {
                json.writeStartArray();
                for (final Object element : list) {
                    write(json, element);
                }
                json.writeEndArray();
            }
            case Double number -> json.writeNumber(Math.round(number * 1e6) / 1e6);
            case Number number -> json.writeNumber(number.longValue());
            case Boolean truth -> json.writeBoolean(truth);
            default -> json.writeString(value.toString());
        }
    }

    private static String text(final Object value) {
        return switch (value) {
            case null -> "-";
            case Double number ->
                String.format(Locale.ROOT, number != 0 && Math.abs(number) < 10 ? "%.3f" : "%.1f", number);
            default -> value.toString();
        };
    }
}
