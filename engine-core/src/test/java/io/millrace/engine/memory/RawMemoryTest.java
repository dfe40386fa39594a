package io.millrace.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RawMemoryTest {
    private final OffHeapBlock block = new OffHeapBlock(4096, false);

    @AfterEach
    void close() {
        block.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 7, 61})
    void shouldReadWhatItWroteAtAnyAlignment(final int offset) {
        final long address = block.address() + offset;

        RawMemory.putI64(address, 0xFEDC_BA98_7654_3210L);
        assertThat(RawMemory.i64(address)).isEqualTo(0xFEDC_BA98_7654_3210L);
        assertThat(RawMemory.i64BigEndian(address)).isEqualTo(0x1032_5476_98BA_DCFEL);
        assertThat(RawMemory.i32(address)).isEqualTo(0x7654_3210);
        assertThat(RawMemory.u32(address + 4)).isEqualTo(0xFEDC_BA98L);
        assertThat(RawMemory.i32BigEndian(address)).isEqualTo(0x1032_5476);
        assertThat(RawMemory.u16(address + 6)).isEqualTo(0xFEDC);
        assertThat(RawMemory.u16BigEndian(address + 6)).isEqualTo(0xDCFE);
        assertThat(RawMemory.u8(address + 7)).isEqualTo(0xFE);

        RawMemory.putI64BigEndian(address, 0x0102_0304_0506_0708L);
        assertThat(RawMemory.u8(address)).isEqualTo(1);
        RawMemory.putI32(address, -2);
        RawMemory.putU16(address + 4, 0x1_FFFF);
        RawMemory.putU8(address + 6, 0x1FF);
        assertThat(RawMemory.i64(address)).isEqualTo(0x08FF_FFFF_FFFF_FFFEL);
        RawMemory.putF64(address, -0.1);
        assertThat(RawMemory.f64(address)).isEqualTo(-0.1);
    }

    @Test
    void shouldCopyAndZeroNoMoreThanAsked() {
        final long address = block.address();
        for (int i = 0; i < 32; i++) {
            RawMemory.putU8(address + i, i + 1);
        }
        RawMemory.copy(address + 1, address + 100, 7);
        RawMemory.zero(address + 10, 3);

        assertThat(RawMemory.u8(address + 99)).isZero();
        assertThat(RawMemory.u8(address + 100)).isEqualTo(2);
        assertThat(RawMemory.u8(address + 106)).isEqualTo(8);
        assertThat(RawMemory.u8(address + 107)).isZero();
        assertThat(RawMemory.u8(address + 9)).isEqualTo(10);
        assertThat(RawMemory.u8(address + 10) + RawMemory.u8(address + 11) + RawMemory.u8(address + 12)).isZero();
        assertThat(RawMemory.u8(address + 13)).isEqualTo(14);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1})
    void shouldRefuseAnEmptyBlock(final long lengthBytes) {
        assertThatThrownBy(() -> new OffHeapBlock(lengthBytes, false))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("lengthBytes=" + lengthBytes);
    }
}
