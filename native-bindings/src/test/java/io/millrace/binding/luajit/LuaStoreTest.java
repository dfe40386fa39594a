package io.millrace.binding.luajit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LuaStoreTest {
    @Test
    void shouldAddATextOnceUntilItExpires() {
        try (LuaStore store = new LuaStore(1 << 16, 7)) {
            assertThat(store.add(bytes("name"), bytes("value"), 10, 5)).isTrue();
            assertThat(store.add(bytes("name"), bytes("other"), 14, 5)).isFalse();
            assertThat(store.names()).isOne();
            assertThat(store.add(bytes("name"), bytes("other"), 15, 5)).isTrue();
            assertThat(store.names()).isOne();
            assertThat(store.usedBytes()).isBetween(1L, 1L << 16);
            assertThat(store.refused()).isZero();
        }
    }

    @Test
    void shouldCountWhatFindsNoRoom() {
        try (LuaStore store = new LuaStore(1 << 16, 7)) {
            assertThat(store.add(bytes("name"), new byte[60_000], 0, 0)).isTrue();
            assertThat(store.add(bytes("more"), new byte[60_000], 0, 0)).isFalse();
            assertThat(store.refused()).isOne();
        }
    }

    @Test
    void shouldGiveMachinesTheAddressOfEachFunction() {
        assertThat(LuaStore.Function.values()).extracting(LuaStore.Function::address).doesNotContain(0L)
            .doesNotHaveDuplicates();
    }

    @Test
    void shouldRefuseToBeUsedAfterItWasClosed() {
        final LuaStore store = new LuaStore(1 << 16, 7);
        store.close();
        store.close();
        assertThatThrownBy(store::usedBytes).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new LuaStore(1000, 7)).hasMessageContaining("at least 65536 bytes");
    }

    private static byte[] bytes(final String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
