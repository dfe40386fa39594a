package io.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The shortest form of each benchmark: it must run, its own checks must hold, and its JSON must say who measured what.
 */
class SmokeIT {
    private static final Path HOME = Path.of("").toAbsolutePath().getParent();
    private static final long LONGEST_S = 900;

    @TempDir
    private Path folder;

    private record Result(int exitCode, String output) {
    }

    @Test
    void shouldMeasureTheLineRateBesideItsCeilingAndItsTwin() throws Exception {
        final List<Map<String, Object>> rows = rows("line-rate", "--flows", "1K", "--packets", "20K", "--seconds",
            "0.1", "--rounds", "1", "--warm-up", "0.1", "--traffic", "uniform,zipf");

        assertThat(rows).hasSize(2).allSatisfy(row -> assertThat(row)
            .containsKeys("ceiling Mpps", "Millrace Mpps", "C Mpps", "Millrace/C", "gap p99.99 us", "B/packet"));
    }

    @Test
    void shouldRefuseACaptureThatDoesNotFitIntoMemory() throws Exception {
        final Result result = run("line-rate", "--flows", "1M", "--packets", "100M");

        assertThat(result.exitCode()).as(result.output()).isEqualTo(2);
        assertThat(result.output()).contains("limit --memory").doesNotContain("\tat ");
    }

    @Test
    void shouldCountHookCallsCompiledAndInterpreted() throws Exception {
        assertThat(rows("hooks", "--flows", "2K", "--rounds", "1", "--warm-up", "0")).hasSize(10)
            .allSatisfy(row -> assertThat(((Number) row.get("M events/s")).doubleValue()).isPositive());
    }

    @Test
    void shouldKeepScriptsThatMisbehaveFromTheWorker() throws Exception {
        final List<Map<String, Object>> rows = rows("isolation", "--flows", "20K", "--packets", "40K", "--seconds",
            "0.5", "--warm-up", "0.5", "--rounds", "1");

        assertThat(rows).hasSize(5);
        assertThat(((Number) rows.get(2).get("events skipped")).longValue()).isPositive();
    }

    @Test
    void shouldMeasureTheWayFromPacketToHook() throws Exception {
        assertThat(rows("latency", "--seconds", "0.3", "--warm-up", "0.3")).hasSize(3)
            .allSatisfy(row -> assertThat(row).containsKeys("p50 us", "p99 us", "p99.9 us"));
    }

    @Test
    void shouldRunBesideThePeersThatAreInstalled() throws Exception {
        assumeTrue(Files.isDirectory(HOME.resolve("deploy/target/lib")), "deploy is not built: mvn package");

        assertThat(rows("peers", "--runs", "1", "--packets", "5K", "--flows", "2K", "--warm-up", "0",
            "--only-installed"))
            .hasSizeGreaterThanOrEqualTo(6);
    }

    @Test
    void shouldAddUpWhateverComesIn() throws Exception {
        assumeTrue(Files.isDirectory(HOME.resolve("deploy/target/lib")), "deploy is not built: mvn package");

        assertThat(rows("bad-input", "--packets", "10K", "--warm-up", "0")).hasSize(12);
    }

    @Test
    void shouldSetTwoWorkersAgainstOne() throws Exception {
        assumeTrue(Files.isDirectory(HOME.resolve("deploy/target/lib")), "deploy is not built: mvn package");
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "one core: no two workers");

        assertThat(rows("workers", "--flows", "1K", "--packets", "20K", "--seconds", "0.1", "--rounds", "1",
            "--workers", "1,2")).hasSize(4)
            .allSatisfy(row -> assertThat(((Number) row.get("x one")).doubleValue()).isPositive());
    }

    @Test
    void shouldTellHowCostGrows() throws Exception {
        assumeTrue(Files.isDirectory(HOME.resolve("deploy/target/lib")), "deploy is not built: mvn package");

        assertThat(rows("growth", "--flows", "1K", "--packets", "20K", "--seconds", "0.1", "--rounds", "1", "--sizes",
            "64,1518", "--script-counts", "0,2")).hasSize(6);
    }

    @Test
    void shouldSeeOnlyWhatIsAllowedWhereThreadsMeet() throws Exception {
        final Result result = run("stress", "-m", "sanity", "-sc", "false", "-f", "1", "-iters", "1", "-time", "100",
            "-jvmArgs", "-XX:MaxDirectMemorySize=1g");

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output()).contains("RUN RESULTS").doesNotContain("[FAILED]", "[ERROR]");
    }

    private List<Map<String, Object>> rows(final String... arguments) throws IOException, InterruptedException {
        final Path json = folder.resolve("result.json");
        final List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--json", json.toString()));
        final Result result = run(all.toArray(String[]::new));

        assertThat(result.exitCode()).as(result.output()).isZero();
        final Map<String, Object> written = JSON.std.mapFrom(Files.readString(json));
        assertThat(written).containsKeys("benchmark", "machine", "build", "arguments");
        assertThat(Files.readString(json)).contains("\"jvm_options\"", "\"commit\"", "\"dpdk\"");
        return ((List<?>) written.get("rows")).stream().map(SmokeIT::row).toList();
    }

    private static Map<String, Object> row(final Object row) {
        final Map<String, Object> columns = new LinkedHashMap<>();
        ((Map<?, ?>) row).forEach((name, value) -> columns.put(name.toString(), value));
        return columns;
    }

    private Result run(final String... arguments) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(List.of(HOME.resolve("benchmarks/run").toString()));
        command.addAll(List.of(arguments));
        final Path output = folder.resolve("output.txt");
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile())
            .start();
        assertThat(process.waitFor(LONGEST_S, TimeUnit.SECONDS)).as("ended in time").isTrue();
        return new Result(process.exitValue(), Files.readString(output));
    }
}
