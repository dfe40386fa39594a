package io.millrace.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandLineTest {
    private static final int PCAP_MAGIC = 0xA1B2C3D4;
    private static final int LINK_TYPE_USB = 189;

    @TempDir
    private Path folder;

    @Test
    void shouldListTheCommandsThatThereAre() {
        final CommandLineRun run = CommandLineRun.of("--help");

        assertThat(run.exitCode()).isZero();
        assertThat(run.errors()).isEmpty();
        assertThat(run.output()).anyMatch(line -> line.startsWith("  replay "))
            .anyMatch(line -> line.startsWith("  scripts "))
            .anyMatch(line -> line.startsWith("  protocols "))
            .anyMatch(line -> line.startsWith("  capture "))
            .anyMatch(line -> line.startsWith("  stat "))
            .anyMatch(line -> line.startsWith("  ports "))
            .anyMatch(line -> line.startsWith("  doctor "));
    }

    @Test
    void shouldShowADefaultForEveryFlagOfReplay() {
        final CommandLine replay = Millrace.commandLine(Map.of()).getSubcommands().get("replay");
        final String help = String.join("", CommandLineRun.of("replay", "--help").output()).replaceAll("\\s+", "");

        assertThat(replay.getCommandSpec().options()).hasSizeGreaterThan(25)
            .filteredOn(option -> !option.usageHelp())
            .allSatisfy(option -> {
                assertThat(String.join("", option.description())).contains("(default: ");
                assertThat(help).contains(option.longestName());
                if (option.defaultValue() != null) {
                    assertThat(help).contains("(default:" + option.defaultValue() + ")");
                }
            });
    }

    @Test
    void shouldNameAllVersions() {
        final CommandLineRun run = CommandLineRun.of("--version");

        assertThat(run.exitCode()).isZero();
        assertThat(run.output()).satisfiesExactly(
            line -> assertThat(line).startsWith("Millrace "),
            line -> assertThat(line).matches("DPDK \\d\\d\\.\\d\\d.*"),
            line -> assertThat(line).matches("nDPI \\d+\\.\\d+.*"),
            line -> assertThat(line).matches("LuaJIT 2\\.\\d.*"),
            line -> assertThat(line).isEqualTo("Java " + Runtime.version()));
    }

    @Test
    void shouldListProtocolsCategoriesAndRisks() {
        final CommandLineRun run = CommandLineRun.of("protocols");

        assertThat(run.exitCode()).isZero();
        assertThat(run.output()).contains("Categories (id, name):", "Risks (id, name):")
            .anyMatch(line -> line.matches(" +5 +DNS +Network +Acceptable"));
    }

    @ParameterizedTest
    @CsvSource({"--flow-capcity, --flow-capacity", "--scrpts=x, --scripts", "--sumary-json, --summary-json"})
    void shouldSuggestTheFlagThatWasMeant(final String written, final String meant) {
        final CommandLineRun run = CommandLineRun.of("replay", "a.pcap", written);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors()).singleElement().asString()
            .startsWith("millrace: unknown option: " + written).contains("did you mean " + meant + "?");
    }

    @Test
    void shouldSuggestTheCommandThatWasMeant() {
        final CommandLineRun run = CommandLineRun.of("rpelay");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors()).singleElement().asString().contains("did you mean replay?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"record", "orchestra", "--everything"})
    void shouldSuggestNothingWhereNothingIsNear(final String written) {
        final CommandLineRun run = CommandLineRun.of(written);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors()).singleElement().asString().contains(written).doesNotContain("did you mean");
    }

    @Test
    void shouldAskForACommandAndForAFile() {
        assertThat(CommandLineRun.of().errors()).singleElement().asString().contains("no command given");
        assertThat(CommandLineRun.of("scripts").errors()).singleElement().asString().contains("no command given");
        assertThat(CommandLineRun.of("replay").errors()).singleElement().asString().contains("FILE");
        assertThat(CommandLineRun.of("replay").exitCode()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--burst=x         | --burst: 'x' is not a number",
        "--burst=1000      | --burst must be from 1 to 512: 1000",
        "--flow-capacity=1 | --flow-capacity must be from 1024",
        "--flow-capacity=0 | --flow-capacity must be from 1024",
        "--tcp-closed-timeout=0s | --tcp-closed-timeout must be longer than zero",
        "--eve=            | --eve: '' names nothing",
        "--summary-json=   | --summary-json: '' is not a path",
        "--scripts=        | --scripts: '' is not a path",
        "--idle-timeout=60 | --idle-timeout: '60' is not a duration",
        "--idle-timeout=0s | --idle-timeout must be longer than zero",
        "--mempool=64      | --mempool must be from 128",
        "--overflow=spill  | --overflow: 'spill' is none of block, drop",
        "--workers=65      | --workers must be from 1 to 64",
        "--worker-cores=all | is not a list of cores",
        "--worker-cores=0,1 | --worker-cores: 2 cores for 1 worker",
        "--detect-silence=0s | --detect-silence must be longer than zero",
        "--detect-packets=tcp=20000 | --detect-packets tcp must be from 0 to 10000: 20000"})
    void shouldSayWhichSettingIsWrong(final String flag, final String expected) {
        final CommandLineRun run = CommandLineRun.of("replay", "missing.pcap", flag);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors()).singleElement().asString().startsWith("millrace: ").contains(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--script-threads=0       | --script-threads must be from 1",
        "--event-ring=3M          | --event-ring must be a power of two",
        "--periodic-interval=1ms  | --periodic-interval: 1000000 ns are not whole seconds",
        "--local-networks=1.2.3   | --local-networks: '1.2.3'",
        "--allow-script=net       | --allow-script net",
        "--script-memory=1K       | --script-memory must be at least 4M: 1024 bytes",
        "--script-store=1K        | --script-store must be at least 64K: 1024 bytes",
        "--script-deadline=1us    | --script-deadline must be at least 1ms: 1000 ns",
        "--blacklist=/missing/it  | --blacklist: /missing/it",
        "--geoip=/missing/it      | /missing/it",
        "--scripts=/missing/it    | --scripts: no such file or folder: /missing/it",
        "--script-config=/missing/it | --script-config: no such file: /missing/it"})
    void shouldFindWhatIsWrongBeforeAnythingRuns(final String flag, final String expected) throws IOException {
        final CommandLineRun run = CommandLineRun.of("replay", emptyCapture().toString(), flag);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors()).singleElement().asString().startsWith("millrace: ").contains(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--duration=0s          | --duration must be longer than zero",
        "--stats-interval=99ms  | --stats-interval must be at least 100 ms",
        "--user=                | --user: '' names nothing",
        "--promiscuous=maybe    | --promiscuous: 'maybe' is neither true nor false",
        "--driver=kernel        | --driver: 'kernel' is none of af_packet, af_xdp"})
    void shouldRefuseACaptureBeforeItsPortsAreOpened(final String flag, final String expected) {
        final CommandLineRun run = CommandLineRun.of("capture", "--iface=lo", flag);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors()).singleElement().asString().startsWith("millrace: ").contains(expected);
    }

    @Test
    void shouldRefuseARunFolderThatIsAFile() throws IOException {
        final Path file = Files.createFile(folder.resolve("file"));

        final CommandLineRun run = CommandLineRun.of("capture", "--iface=lo", "--run-dir", file.toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors()).containsExactly("millrace: --run-dir: is no folder: " + file + ": name another one");
    }

    @Test
    void shouldNotTakeNoNameForTheWorkingFolder() {
        final CommandLineRun run = CommandLineRun.of("replay", "");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors()).containsExactly("millrace: FILE: '' is not a path: name a file or a folder");
    }

    @Test
    void shouldSayThatAProcessHasANumber() {
        assertThat(CommandLineRun.of("stat", "--pid=abc").errors())
            .containsExactly("millrace: --pid: 'abc' is not a number");
    }

    @Test
    void shouldPreferAFlagToTheEnvironmentAndTheEnvironmentToTheDefault() {
        final Map<String, String> environment = Map.of("MILLRACE_BURST", "32", "MILLRACE_MEMPOOL", "");

        assertThat(valueOf("--burst", environment, "--burst=16")).isEqualTo(16);
        assertThat(valueOf("--burst", environment)).isEqualTo(32);
        assertThat(valueOf("--burst", Map.of())).isEqualTo(64);
        assertThat(valueOf("--mempool", environment)).isNull();
    }

    @Test
    void shouldWriteACompletionForEveryCommand() {
        final CommandLineRun run = CommandLineRun.of("generate-completion");

        assertThat(run.exitCode()).isZero();
        assertThat(run.output()).anyMatch(line -> line.startsWith("complete ") && line.contains(" millrace "))
            .anyMatch(line -> line.contains("--detect-packets"));
    }

    @Test
    void shouldRefuseWhatACompletionHasNoUseFor() {
        final CommandLineRun run = CommandLineRun.of("generate-completion", "extra");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.output()).isEmpty();
        assertThat(run.errors()).singleElement().asString().contains("extra");
    }

    @Test
    void shouldHeadNoOptionsByNothing() {
        assertThat(CommandLineRun.of("generate-completion", "--help").output()).contains("Options:")
            .doesNotContain(":");
    }

    @Test
    void shouldShowTheEnvironmentsValueAsDefault() {
        assertThat(CommandLineRun.of(Map.of("MILLRACE_IDLE_TIMEOUT", "7m"), "replay", "--help").output())
            .anyMatch(line -> line.contains("7m"));
    }

    @Test
    void shouldNameTheVariableThatHoldsABadValue() {
        final CommandLineRun run = CommandLineRun.of(Map.of("MILLRACE_BURST", "zz"), "replay", "a.pcap");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors()).singleElement().asString().contains("environment variable MILLRACE_BURST: 'zz'");
    }

    @Test
    void shouldReadArgumentsFromAFile() throws IOException {
        final Path arguments = Files.writeString(folder.resolve("flags"), "# a comment\n--burst\n8\n");

        assertThat(valueOf("--burst", Map.of(), "@" + arguments)).isEqualTo(8);
    }

    @Test
    void shouldLetTheLastOfTwoFlagsCount() throws IOException {
        final Path arguments = Files.writeString(folder.resolve("flags"), "--burst 8");

        assertThat(valueOf("--burst", Map.of(), "@" + arguments, "--burst=4")).isEqualTo(4);
        assertThat(valueOf("--burst", Map.of(), "--burst=4", "@" + arguments)).isEqualTo(8);
    }

    @Test
    void shouldFindEveryFileThatCannotBeReplayed() throws IOException {
        final Path empty = Files.createFile(folder.resolve("empty.pcap"));
        final Path text = Files.writeString(folder.resolve("text.pcap"), "no capture, but long enough for one", UTF_8);
        final Path usb = pcap("usb.pcap", LINK_TYPE_USB);

        final CommandLineRun run = CommandLineRun.of(
            "replay", folder + "/missing.pcap", empty.toString(), emptyCapture().toString(), text.toString(),
            usb.toString(), folder.toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors()).satisfiesExactly(
            line -> assertThat(line).contains("does not exist", "missing.pcap"),
            line -> assertThat(line).contains("is empty", empty.toString()),
            line -> assertThat(line).contains("not a capture file", text.toString()),
            line -> assertThat(line).contains("link type 189", usb.toString()),
            line -> assertThat(line).contains("is a directory", folder.toString()));
    }

    @Test
    void shouldNotWriteOverTheCaptureNorTwoThingsIntoOneFile() throws IOException {
        final Path capture = emptyCapture();
        final byte[] before = Files.readAllBytes(capture);
        final Path link = Files.createSymbolicLink(folder.resolve("link"), capture);

        assertThat(CommandLineRun.of("replay", capture.toString(), "--eve", link.toString()).errors())
            .singleElement().asString().contains("--eve: would write over " + capture);
        assertThat(CommandLineRun.of("replay", capture.toString(), "--summary-json", capture.toString()).exitCode())
            .isEqualTo(2);
        assertThat(CommandLineRun.of(
            "replay", capture.toString(), "--summary-json", folder + "/out", "--eve", folder + "/./out").errors())
            .singleElement().asString().contains("--summary-json: would write over");
        assertThat(capture).hasBinaryContent(before);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "[]                       | expected an object",
        "{\"a\": 1}               | expected true, false or an object for \"a\"",
        "{\"a\": true, \"a\": false} | Duplicate field 'a'",
        "{\"a\": true             | :1: ",
        "{} {}                    | expected nothing after the object"})
    void shouldSayWhatIsWrongInAScriptConfiguration(final String json, final String expected) throws IOException {
        final Path file = Files.writeString(folder.resolve("scripts.json"), json);

        final CommandLineRun run =
            CommandLineRun.of("replay", emptyCapture().toString(), "--script-config", file.toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors()).singleElement().asString().contains(file.toString()).contains(expected);
    }

    private Path emptyCapture() throws IOException {
        return pcap("capture.pcap", 1);
    }

    private Path pcap(final String name, final int linkType) throws IOException {
        final ByteBuffer header = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN)
            .putInt(PCAP_MAGIC).putShort((short) 2).putShort((short) 4).putInt(0).putInt(0).putInt(65_535)
            .putInt(linkType);
        return Files.write(folder.resolve(name), header.array());
    }

    private static Object valueOf(
        final String option, final Map<String, String> environment, final String... arguments) {

        final String[] all = new String[arguments.length + 2];
        all[0] = "replay";
        all[1] = "a.pcap";
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return Millrace.commandLine(environment).parseArgs(all).subcommand().commandSpec().findOption(option)
            .getValue();
    }
}
