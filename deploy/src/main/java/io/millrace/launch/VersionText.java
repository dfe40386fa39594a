package io.millrace.launch;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.engine.EngineLibraries;
import io.millrace.script.ScriptRuntime;
import java.util.function.Supplier;
import picocli.CommandLine.IVersionProvider;

/** Versions of Millrace and of what it runs on, as loaded here. */
final class VersionText implements IVersionProvider {
    /** Version of Millrace, from the jar; {@code unpackaged} where there is none. */
    static String millrace() {
        final String version = VersionText.class.getPackage().getImplementationVersion();
        return version == null ? "unpackaged" : version;
    }

    /** For example {@code 22.11.11}. */
    static String dpdk() {
        return EngineLibraries.dpdkVersion().replace("DPDK ", "");
    }

    /** For example {@code 4.2.0}. */
    static String ndpi() {
        return EngineLibraries.ndpiVersion();
    }

    /** For example {@code 2.1.0-beta3}. */
    static String luajit() {
        return ScriptRuntime.luajitVersion().replace("LuaJIT ", "");
    }

    /** For example {@code 25.0.3+9-LTS}. */
    static String java() {
        return Runtime.version().toString();
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "Millrace " + millrace(),
            "DPDK " + orReason(VersionText::dpdk),
            "nDPI " + orReason(VersionText::ndpi),
            "LuaJIT " + orReason(VersionText::luajit),
            "Java " + java()};
    }

    private static String orReason(final Supplier<String> version) {
        try {
            return version.get();
        } catch (final EnvironmentException e) {
            return "not available: " + e.getMessage();
        } catch (final ExceptionInInitializerError e) {
            return "not available: " + EnvironmentException.behind(e).orElseThrow(() -> e).getMessage();
        }
    }
}
