package io.millrace.binding.ndpi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class NameTablesTest {
    private final NameTables names;

    NameTablesTest() {
        try (DetectionModule module = DetectionModule.create()) {
            names = NameTables.read(module);
        }
    }

    @Test
    void shouldKnowWellKnownProtocols() {
        assertThat(names.protocols()).hasSizeGreaterThan(200).doesNotContain("");
        assertThat(names.protocols()[0]).isEqualTo("Unknown");
        assertThat(names.protocols()[5]).isEqualTo("DNS");
        assertThat(names.protocols()[7]).isEqualTo("HTTP");
        assertThat(names.protocols()[91]).isEqualTo("TLS");
        assertThat(names.protocols()[92]).isEqualTo("SSH");
    }

    @Test
    void shouldKnowCategoriesOfProtocols() {
        assertThat(names.categories()[5]).isEqualTo("Web");
        assertThat(names.protocolCategory()).hasSameSizeAs(names.protocols());
        assertThat(names.categories()[names.protocolCategory()[5]]).isEqualTo("Network");
        assertThat(names.categories()[names.protocolCategory()[7]]).isEqualTo("Web");
        for (final int category : names.protocolCategory()) {
            assertThat(category).isBetween(0, names.categories().length - 1);
        }
    }

    @Test
    void shouldKnowBreedsOfProtocols() {
        assertThat(names.breeds()).contains("Safe", "Acceptable", "Fun", "Dangerous").doesNotContain("");
        assertThat(names.protocolBreed()).hasSameSizeAs(names.protocols());
        for (final int breed : names.protocolBreed()) {
            assertThat(breed).isBetween(0, names.breeds().length - 1);
        }
    }

    @Test
    void shouldKnowRisks() {
        assertThat(names.risks()).hasSizeBetween(40, 64).doesNotContain("");
        assertThat(names.risks()[1]).isEqualTo("XSS Attack");
        assertThat(names.risks()[6]).isEqualTo("Self-signed Certificate");
    }

    @Test
    void shouldKnowHowSureNdpiIs() {
        assertThat(names.confidences()).contains("Unknown", "Match by port", "DPI").doesNotContain("");
        assertThat(names.confidences()[4]).isEqualTo("DPI");
    }
}
