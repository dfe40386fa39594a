package io.millrace.launch.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What a tool prints, for facts that the kernel tells by system calls alone. */
@FunctionalInterface
public interface ToolOutput {
    /** Standard output of a command; empty where the tool is missing, fails, or takes longer than two seconds. */
    Optional<String> of(String... command);

    /** Runs the tools of this machine. */
    static ToolOutput ofThisMachine() {
        return command -> {
            try {
                final Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD).redirectInput(ProcessBuilder.Redirect.from(
                        java.nio.file.Path.of("/dev/null").toFile())).start();
                final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (process.waitFor(2, TimeUnit.SECONDS) && process.exitValue() == 0) {
                    return Optional.of(output);
                }
                process.destroyForcibly();
            } catch (final IOException e) {
                return Optional.empty();
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Optional.empty();
        };
    }
}
