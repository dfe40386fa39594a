package io.millrace.binding.link;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;

/**
 * Holds libraries of ours against the jar that calls them: both carry a digest of the sources of the libraries, written
 * by one run of the Makefile. A function that got another argument since would crash, or worse, not crash. Stateless;
 * any thread.
 */
final class NativeBuild {
    private static final String RESOURCE = "native.build";
    private static final String SYMBOL = "millrace_build";

    private NativeBuild() {
    }

    /**
     * Refuses a library of another build.
     *
     * @param symbols of the library.
     * @throws EnvironmentException where it is of another build, or does not say of which.
     */
    static void require(final Path library, final SymbolLookup symbols) {
        final String here = ofTheJar();
        final String there = symbols.find(SYMBOL)
            .map(symbol -> NativeMemory.ALL.getString(symbol.address(), US_ASCII)).orElse("unknown");
        if (!there.equals(here)) {
            throw new EnvironmentException("native library " + library + " and the jars are of two builds (" + there
                + ", " + here + "): " + NativeLinker.renewal());
        }
    }

    /** Digest that the jar holds; {@code unknown} where no Makefile has run. */
    static String ofTheJar() {
        try (InputStream resource = NativeBuild.class.getResourceAsStream(RESOURCE)) {
            return resource == null ? "unknown" : new String(resource.readAllBytes(), US_ASCII).strip();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
