package io.millrace.binding.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.binding.link.EnvironmentException;
import org.junit.jupiter.api.Test;

final class AccountTest {
    @Test
    void shouldLookUpAUserWithItsGroups() {
        final Account root = Account.of("root", "");

        assertThat(root.uid()).isZero();
        assertThat(root.gid()).isZero();
        assertThat(root.groups()).contains(0);
    }

    @Test
    void shouldTakeAnotherFirstGroup() {
        final Account root = Account.of("root", "daemon");

        assertThat(root.gid()).isEqualTo(1);
        assertThat(root.groups()).contains(1);
    }

    @Test
    void shouldSayWhichUserOrGroupThereIsNot() {
        assertThatThrownBy(() -> Account.of("no-such-user", "")).isInstanceOf(EnvironmentException.class)
            .hasMessage("no user no-such-user on this system: getent passwd lists them");
        assertThatThrownBy(() -> Account.of("root", "no-such-group")).isInstanceOf(EnvironmentException.class)
            .hasMessage("no group no-such-group on this system: getent group lists them");
    }
}
