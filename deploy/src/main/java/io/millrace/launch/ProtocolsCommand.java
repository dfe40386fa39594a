package io.millrace.launch;

import io.millrace.engine.EngineLibraries;
import io.millrace.engine.event.ApplicationNames;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code millrace protocols}. */
@Command(
    name = "protocols",
    description = "Protocol, category and risk names that scripts can use, as the installed nDPI has them.",
    optionListHeading = "%n")
final class ProtocolsCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        final ApplicationNames names = EngineLibraries.applicationNames();
        final PrintWriter out = spec.commandLine().getOut();
        out.println("Protocols (id, name, category, breed):");
        for (int id = 0; id < names.protocols().length; id++) {
            out.printf("%5d  %-24s %-20s %s%n", id, names.protocols()[id],
                name(names.categories(), names.protocolCategory()[id]),
                name(names.breeds(), names.protocolBreed()[id]));
        }
        print(out, "Categories", names.categories());
        print(out, "Risks", names.risks());
        out.flush();
    }

    private static void print(final PrintWriter out, final String title, final String[] names) {
        out.printf("%n%s (id, name):%n", title);
        for (int id = 0; id < names.length; id++) {
            if (!names[id].isEmpty()) {
                out.printf("%5d  %s%n", id, names[id]);
            }
        }
    }

    private static String name(final String[] names, final int id) {
        return id < names.length ? names[id] : "-";
    }
}
