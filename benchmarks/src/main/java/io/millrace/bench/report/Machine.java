package io.millrace.bench.report;

import io.millrace.engine.EngineLibraries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Facts without which a figure cannot be judged. Stateless. */
public final class Machine {
    private Machine() {
    }

    /** Folder of the checkout, as {@code benchmarks/run} names it. */
    public static Path home() {
        return Path.of(System.getProperty("millrace.home", ".")).toAbsolutePath().normalize();
    }

    /** Where runs leave captures and results unless told otherwise. */
    public static Path target() {
        return home().resolve("benchmarks/target");
    }

    /** Processor, memory, kernel, huge pages and how busy the machine was. */
    static Map<String, Object> facts() {
        final Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("processor", procField("/proc/cpuinfo", "model name"));
        facts.put("processor_family", procField("/proc/cpuinfo", "cpu family"));
        facts.put("cores", Runtime.getRuntime().availableProcessors());
        facts.put("memory_kib", memoryKib("MemTotal"));
        facts.put("memory_available_kib", memoryKib("MemAvailable"));
        facts.put("huge_pages_total", memoryKib("HugePages_Total"));
        facts.put("transparent_huge_pages", firstLine("/sys/kernel/mm/transparent_hugepage/enabled"));
        facts.put("governor", firstLine("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"));
        facts.put("isolated_cores", firstLine("/sys/devices/system/cpu/isolated"));
        facts.put("load_average", firstLine("/proc/loadavg"));
        facts.put("kernel", System.getProperty("os.version"));
        facts.put("virtual", procField("/proc/cpuinfo", "flags").contains(" hypervisor"));
        return facts;
    }

    /** Versions of what ran, and the commit of the checkout. */
    static Map<String, Object> build() {
        final Map<String, Object> build = new LinkedHashMap<>();
        build.put("java", System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version"));
        build.put("dpdk", EngineLibraries.dpdkVersion());
        build.put("ndpi", EngineLibraries.ndpiVersion());
        build.put("commit", output("git", "-C", home().toString(), "rev-parse", "HEAD"));
        build.put("uncommitted_changes",
            !output("git", "-C", home().toString(), "status", "--porcelain", "--untracked-files=no").isEmpty());
        build.put("jvm_options", lines(home().resolve("deploy/jvm.options")));
        return build;
    }

    /** A value of {@code /proc/meminfo}, in KiB or as the number it is; 0 where it is missing. */
    public static long memoryKib(final String field) {
        final String text = procField("/proc/meminfo", field).replaceAll("\\D", "");
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }

    /** First line that a program prints; empty where it is not there or fails. */
    public static String output(final String... command) {
        try {
            final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            final String text = new String(process.getInputStream().readAllBytes()).strip();
            return process.waitFor() == 0 ? text.lines().findFirst().orElse("") : "";
        } catch (final IOException e) {
            return "";
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private static List<String> lines(final Path file) {
        final List<String> lines = new ArrayList<>();
        try {
            for (final String line : Files.readAllLines(file)) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    lines.add(line);
                }
            }
        } catch (final IOException e) {
            lines.add(e.toString());
        }
        return lines;
    }

    private static String procField(final String file, final String field) {
        try {
            for (final String line : Files.readAllLines(Path.of(file))) {
                final int colon = line.indexOf(':');
                if (colon > 0 && line.substring(0, colon).strip().equals(field)) {
                    return line.substring(colon + 1).strip();
                }
            }
        } catch (final IOException e) {
            return "";
        }
        return "";
    }

    private static String firstLine(final String file) {
        try (var lines = Files.lines(Path.of(file))) {
            return lines.findFirst().orElse("");
        } catch (final IOException | UncheckedIOException e) {
            return "";
        }
    }
}
