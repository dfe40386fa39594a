package io.millrace.launch.doctor;

import static io.millrace.launch.doctor.Finding.Severity.BROKEN;
import static io.millrace.launch.doctor.Finding.good;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.engine.EngineLibraries;
import io.millrace.script.ScriptRuntime;
import java.util.List;
import java.util.function.Supplier;

/** Native libraries: whether they are there, and of the versions that Millrace was built for. */
public final class LibraryChecks {
    private LibraryChecks() {
    }

    /** Loads them. */
    public static List<Finding> look() {
        return List.of(
            look("DPDK", EngineLibraries::requiredDpdkVersion),
            look("nDPI", EngineLibraries::requiredNdpiVersion),
            look("LuaJIT", ScriptRuntime::luajitVersion));
    }

    private static Finding look(final String name, final Supplier<String> version) {
        try {
            return good(name, version.get());
        } catch (final EnvironmentException e) {
            return broken(name, e.getMessage());
        } catch (final ExceptionInInitializerError e) {
            return broken(name, EnvironmentException.behind(e).orElseThrow(() -> e).getMessage());
        }
    }

    private static Finding broken(final String name, final String message) {
        final int remedy = message.lastIndexOf(": ");
        return new Finding(BROKEN, name, remedy < 0 ? message : message.substring(0, remedy), "nothing runs without",
            remedy < 0 ? "deploy/quickstart" : message.substring(remedy + 2));
    }
}
