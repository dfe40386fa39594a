package io.millrace.binding.link;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class NativeShimTest {
    private static final Pattern LAYOUT_USE = Pattern.compile("layout\\(\"([^\"]+)\"\\)");

    private final NativeShim shim = NativeShim.shim();

    @Test
    void shouldHaveEveryLayoutThatJavaAsksFor() throws IOException {
        assertThat(layoutsUsedBy(Path.of("src/main/java")))
            .contains("millrace_frame", "millrace_ndpi_state", "MILLRACE_BURST_MAX")
            .isSubsetOf(shim.layouts().keySet());
    }

    @Test
    void shouldNameEveryLayoutOnce() {
        final int count = shim.function("millrace_layout_count", FunctionDescriptor.of(JAVA_INT)).callInt();

        assertThat(shim.layouts()).hasSize(count);
    }

    @Test
    void shouldPlaceEveryMemberInsideItsStruct() {
        final Map<String, Long> layouts = shim.layouts();

        layouts.forEach((name, offset) -> {
            final Long structLength = name.contains(".") ? layouts.get(name.substring(0, name.indexOf('.'))) : null;
            if (structLength != null) {
                assertThat(offset).as(name).isBetween(0L, structLength - 1);
            }
        });
        assertThat(layouts.get("millrace_burst.frames") % Long.BYTES).isZero();
        assertThat(layouts.get("millrace_frame") % Long.BYTES).isZero();
    }

    @Test
    void shouldRefuseALayoutThatDoesNotExist() {
        assertThatThrownBy(() -> shim.layout("rte_mbuf.no_such_member"))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("rte_mbuf.no_such_member");
    }

    @Test
    void shouldSayHowToMendAMissingSymbol() {
        assertThatThrownBy(() -> shim.function("millrace_no_such_function", FunctionDescriptor.of(ADDRESS)))
            .isInstanceOf(EnvironmentException.class)
            .hasMessageContaining("millrace_no_such_function")
            .hasMessageContaining("run deploy/quickstart to rebuild it");
    }

    @Test
    void shouldReadTheEmptyTextBehindANullPointer() {
        assertThat(NativeLinker.system("getenv", FunctionDescriptor.of(ADDRESS, ADDRESS))
            .callText(Arena.ofAuto().allocateFrom("MILLRACE_NO_SUCH_VARIABLE"))).isEmpty();
    }

    private static Set<String> layoutsUsedBy(final Path sources) throws IOException {
        final Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.walk(sources)) {
            for (final Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                final Matcher uses = LAYOUT_USE.matcher(Files.readString(file));
                while (uses.find()) {
                    names.add(uses.group(1));
                }
            }
        }
        return names;
    }
}
