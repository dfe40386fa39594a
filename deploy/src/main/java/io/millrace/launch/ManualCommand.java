package io.millrace.launch;

import io.millrace.engine.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace manual}: called when the distribution is made. */
@Command(
    name = "manual",
    hidden = true,
    description = "Write the manual page of each command into a folder.",
    footer = "SOURCE_DATE_EPOCH in the environment is the date of the pages; without it that is today.")
final class ManualCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "Folder that is there.")
    private Path folder;

    @Override
    public Integer call() {
        final String date = date(System.getenv("SOURCE_DATE_EPOCH")).toString();
        try {
            write(spec.root(), date);
        } catch (final IOException e) {
            throw new ConfigException("cannot write manual pages into " + folder + " (" + e.getMessage()
                + "): name a folder that is there");
        }
        return ExitCode.DONE;
    }

    private void write(final CommandSpec command, final String date) throws IOException {
        final ManualPage page = new ManualPage(command, VersionText.millrace(), date);
        Files.writeString(folder.resolve(page.name() + ".1"), page.render());
        for (final CommandSpec each : ManualPage.visible(command)) {
            write(each, date);
        }
    }

    private static LocalDate date(final String epochSeconds) {
        return epochSeconds == null ? LocalDate.now(ZoneOffset.UTC)
            : Instant.ofEpochSecond(Long.parseLong(epochSeconds)).atOffset(ZoneOffset.UTC).toLocalDate();
    }
}
