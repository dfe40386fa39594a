package io.millrace.script.lua;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.memory.StructDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SharedLayoutTest {
    private static final Map<String, Integer> SIZES = Map.of(
        "uint8_t", 1, "uint16_t", 2, "uint32_t", 4, "uint64_t", 8, "double", 8);

    @Test
    void shouldLieAtTheSameOffsetsInJavaAndInLua() {
        final List<String> inJava = new ArrayList<>();
        for (final LibrarySettings.Shared struct : LibrarySettings.SHARED) {
            for (final StructDescriptor.Field field : struct.layout().fields()) {
                inJava.add(struct.layout().name() + " " + field.name() + " " + field.offset() + " "
                    + SIZES.get(field.cType().replace("volatile ", "")) * field.count());
            }
        }
        try (ScriptHarness harness = ScriptHarness.with()) {
            assertThat(harness.host().layoutInLua().split("\n")).containsExactlyElementsOf(inJava);
        }
    }
}
