package io.millrace.engine.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.binding.link.NativeShim;
import io.millrace.engine.flow.table.SliceDescriptor;
import io.millrace.engine.flow.table.TunnelDescriptor;
import io.millrace.engine.memory.StructDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The layouts that Java, C and Lua share. */
final class LayoutTest {
    private static final Map<String, Integer> SIZES =
        Map.of("uint8_t", 1, "uint16_t", 2, "uint32_t", 4, "uint64_t", 8, "double", 8);
    private static final String METADATA_STRUCT = "millrace_flow_metadata";

    @TempDir
    private Path directory;

    static Stream<Arguments> layouts() {
        return Stream.of(
            Arguments.of(FlowEventDescriptor.layout(), FlowEventDescriptor.LENGTH),
            Arguments.of(FlowMetadataDescriptor.layout(), FlowMetadataDescriptor.LENGTH));
    }

    @Test
    void shouldReadMetadataWhereTheShimWritesIt() {
        final Map<String, Integer> java = FlowMetadataDescriptor.layout().fields().stream()
            .collect(Collectors.toMap(StructDescriptor.Field::name, StructDescriptor.Field::offset));
        final Map<String, Integer> shim = new TreeMap<>();
        NativeShim.shim().layouts().forEach((name, value) -> {
            if (name.startsWith(METADATA_STRUCT + ".")) {
                shim.put(name.substring(METADATA_STRUCT.length() + 1), value.intValue());
            }
        });

        assertThat(java).containsExactlyInAnyOrderEntriesOf(shim);
        assertThat(FlowMetadataDescriptor.LENGTH).isEqualTo(NativeShim.shim().layout(METADATA_STRUCT));
        assertThat(FlowMetadataDescriptor.MAX_LENGTH).isEqualTo(NativeShim.shim().layout("MILLRACE_METADATA_MAX"));
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void shouldAlignEveryFieldToItsSizeWithoutOverlap(final StructDescriptor layout, final int length) {
        int end = 0;
        for (final StructDescriptor.Field field : layout.fields()) {
            final int size = SIZES.get(field.cType());
            assertThat(field.offset()).as(field.name()).isGreaterThanOrEqualTo(end);
            assertThat(field.offset() % size).as(field.name()).isZero();
            end = field.offset() + size * field.count();
        }
        assertThat(length).isBetween(end, end + 7);
        assertThat(layout.fields()).extracting(StructDescriptor.Field::name).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void shouldLieAsACCompilerPlacesIt(final StructDescriptor layout, final int length)
        throws IOException, InterruptedException {

        final StringBuilder source = new StringBuilder("#include <stddef.h>\n#include <stdint.h>\n")
            .append(layout.cdef())
            .append("_Static_assert(sizeof(").append(layout.name()).append(") == ").append(length).append(", \"\");\n");
        for (final StructDescriptor.Field field : layout.fields()) {
            source.append("_Static_assert(offsetof(").append(layout.name()).append(", ").append(field.name())
                .append(") == ").append(field.offset()).append(", \"").append(field.name()).append("\");\n");
        }
        final Path file = Files.writeString(directory.resolve("layout.c"), source);
        final Path log = directory.resolve("cc.log");

        final int status = new ProcessBuilder("cc", "-std=c11", "-fsyntax-only", file.toString())
            .redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor();

        assertThat(Files.readString(log)).isEmpty();
        assertThat(status).isZero();
    }

    @Test
    void shouldKeepMetadataBehindAnEventAligned() {
        assertThat(FlowEventDescriptor.LENGTH % 8).isZero();
        assertThat(FlowEventDescriptor.MAX_LENGTH).isEqualTo(FlowEventDescriptor.LENGTH
            + FlowMetadataDescriptor.MAX_LENGTH + TunnelDescriptor.LENGTH + SliceDescriptor.LENGTH);
        assertThat(TunnelDescriptor.LENGTH % 8).isZero();
        assertThat(SliceDescriptor.LENGTH % 8).isZero();
    }

    @Test
    void shouldNotGrowOnceItIsSealed() {
        final StructDescriptor layout = new StructDescriptor("sealed_t");
        layout.u8("first");
        assertThat(layout.u64("second")).isEqualTo(8);
        assertThatThrownBy(layout::cdef).isInstanceOf(IllegalStateException.class);
        assertThat(layout.seal()).isEqualTo(16);

        assertThatThrownBy(() -> layout.u8("third")).isInstanceOf(IllegalStateException.class);
        assertThat(layout.cdef()).isEqualTo("typedef struct {\n   uint8_t first;\n   uint64_t second;\n} sealed_t;\n");
    }
}
