package io.millrace.binding.luajit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** Each grows a table in compiled code that began in a function which has returned since. */
    @ParameterizedTest
    @ValueSource(strings = {
        "local function step(t, i) t[#t + 1] = i return i + 1 end local t = {} for _ in step, t, 1 do end",
        "local function up(t, n) if n % 3 == 0 then return n end t[n] = n return up(t, n + 1) end "
            + "local t, n = {}, 1 while true do n = up(t, n) + 1 end",
        "local function deep(t, n) if n % 4 == 0 then return n end t[n] = n local r = deep(t, n + 1) t[#t + 1] = r "
            + "return r end local t, n = {}, 1 while true do n = deep(t, #t + 1) + 1 end",
        "coroutine.wrap(function() local function step(t, i) t[#t + 1] = i return i + 1 end local t = {} "
            + "for _ in step, t, 1 do end end)()",
    })
    void shouldFailOfMemoryInCompiledCodeAsElsewhere(final String body) {
        try (LuaVm vm = vm("fill = function() " + body + " end, collect = function() collectgarbage() end")) {
            for (int i = 0; i < 6; i++) {
                assertThatThrownBy(() -> vm.call("fill")).hasMessageEndingWith("not enough memory");
                vm.call("collect");
            }
        }
    }

    /** Memory ends in each of these at every place in turn, in interpreted and in compiled code. */
    @ParameterizedTest
    @ValueSource(strings = {
        "for i = 1, 300 do t[#t + 1] = ('abc' .. i):sub(2) end",
        "for i = 1, 300 do t[#t + 1] = ('abc' .. i):upper():rep(i % 50) end",
        "for i = 1, 300 do t[#t + 1] = tostring(i) .. table.concat({ i, 'x' }) end",
        "for i = 1, 300 do t['k' .. i] = { i } end",
    })
    void shouldSurviveMemoryThatEndsAnywhere(final String body) {
        final String entries = "try = function(kept) local most, held = tonumber(kept), {} for i = 1, 1e7 do "
            + "held[i] = i % 2 == 0 and 'x' or {} if i % 64 == 0 and collectgarbage('count') > most then break end end "
            + "local fine, message = pcall(function() local t = {} " + body + " end) held = nil collectgarbage() "
            + "return fine and 'fine' or message end";
        try (LuaVm vm = vm(entries)) {
            int failures = 0;
            for (int i = 0; i < 400; i++) {
                final String outcome = new String(vm.call("try", bytes(Integer.toString(4000 + i % 90))), ISO_8859_1);
                assertThat(outcome).matches("fine|.*not enough memory");
                failures += outcome.equals("fine") ? 0 : 1;
            }
            assertThat(failures).isPositive();
        }
    }

    @Test
    void shouldRefuseAChunkWithoutEntryPoints() {
        try (LuaVm vm = new LuaVm(LuaVm.MIN_MEMORY_BYTES)) {
            assertThatThrownBy(() -> vm.start("@boot.lua", bytes("return 1"))).hasMessageContaining("table expected");
            assertThatThrownBy(() -> vm.start("@boot.lua", bytes("return {}")))
                .hasMessageContaining("function expected");
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
