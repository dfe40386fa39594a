package io.millrace.binding.luajit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LuaVmTest {
    @Test
    void shouldCallEntryPointsWithBytesOfAnyValue() {
        try (LuaVm vm = vm("echo = function(a, b) return tostring(b) .. a end")) {
            final byte[] all = new byte[256];
            for (int i = 0; i < all.length; i++) {
                all[i] = (byte) i;
            }
            assertThat(new String(vm.call("echo", all, null), ISO_8859_1))
                .isEqualTo("nil" + new String(all, ISO_8859_1));
        }
    }

    @Test
    void shouldReturnNullForNil() {
        try (LuaVm vm = vm("nothing = function() end")) {
            assertThat(vm.call("nothing")).isNull();
        }
    }

    @Test
    void shouldTurnErrorsIntoExceptionsAndWorkOn() {
        try (LuaVm vm = vm("fail = function() error('broken') end, table = function() error({}) end, "
            + "fine = function() return 'fine' end")) {
            assertThatThrownBy(() -> vm.call("fail")).isInstanceOf(LuaException.class).hasMessage("boot.lua:1: broken");
            assertThatThrownBy(() -> vm.call("table")).hasMessage("error without a message");
            assertThatThrownBy(() -> vm.call("missing")).hasMessageContaining("attempt to call a nil value");
            assertThat(vm.call("fine")).asString().isEqualTo("fine");
        }
    }

    @Test
    void shouldHandOverBatchesAndReportErrorsOfTheirDispatch() {
        try (LuaVm vm = new LuaVm(LuaVm.MIN_MEMORY_BYTES)) {
            vm.start("@boot.lua", bytes("return { dispatch = function(address, from, count) "
                + "if count == 0 then error('empty') end return address + from + count end }"));
            assertThat(vm.dispatch(1000, 20, 3)).isEqualTo(1023);
            assertThat(vm.dispatch(1000, 0, 0)).isEqualTo(LuaVm.FAILED);
            assertThat(vm.lastError()).isEqualTo("boot.lua:1: empty");
        }
    }

    @Test
    void shouldBoundMemoryAndGiveItBack() {
        try (LuaVm vm = vm("fill = function() local t = {} for i = 1, 1e9 do t[i] = i .. 'x' end end, "
            + "collect = function() collectgarbage() end")) {
            assertThatThrownBy(() -> vm.call("fill")).hasMessage("not enough memory");
            assertThat(vm.memoryUsedBytes()).isLessThanOrEqualTo(vm.memoryLimitBytes());
            vm.call("collect");
            assertThat(vm.memoryUsedBytes()).isLessThan(vm.memoryLimitBytes() / 4);
        }
    }

    @Test
    void shouldRefuseAChunkWithoutEntryPoints() {
        try (LuaVm vm = new LuaVm(LuaVm.MIN_MEMORY_BYTES)) {
            assertThatThrownBy(() -> vm.start("@boot.lua", bytes("return 1"))).hasMessageContaining("table expected");
            assertThatThrownBy(() -> vm.start("@boot.lua", bytes("return {}"))).hasMessageContaining("function expected");
            assertThatThrownBy(() -> vm.start("@boot.lua", bytes("return ("))).hasMessageContaining("boot.lua:1:");
        }
    }

    @Test
    void shouldRefuseUseAfterClose() {
        final LuaVm vm = new LuaVm(LuaVm.MIN_MEMORY_BYTES);
        vm.close();
        vm.close();
        assertThatThrownBy(vm::memoryUsedBytes).hasMessage("the Lua machine is closed");
        assertThatThrownBy(() -> new LuaVm(1000)).hasMessageContaining("memoryLimitBytes=1000");
        assertThat(LuaVm.version()).startsWith("LuaJIT 2.1");
    }

    private static LuaVm vm(final String entries) {
        final LuaVm vm = new LuaVm(4 << 20);
        vm.start("@boot.lua", bytes("return { dispatch = function() end, " + entries + " }"));
        return vm;
    }

    private static byte[] bytes(final String text) {
        return text.getBytes(ISO_8859_1);
    }
}
