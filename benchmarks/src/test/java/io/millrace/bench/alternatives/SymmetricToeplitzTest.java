package io.millrace.bench.alternatives;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.parse.FlowHash;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class SymmetricToeplitzTest {
    private static final int SERVER = 0x0A00_0001;
    private static final int SERVER_PORT = 443;
    private static final int FLOWS = 10_000;
    private static final int KEYS = 100;
    private static final int TABLE_BITS = 16;

    @Test
    void shouldHashBothDirectionsOfAFlowAlike() {
        final SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < FLOWS; i++) {
            final SymmetricToeplitz hash = new SymmetricToeplitz(random.nextInt());
            final int client = random.nextInt();
            final int port = random.nextInt(1 << 16);

            assertThat(hash.hash(client, SERVER, port, SERVER_PORT))
                .isEqualTo(hash.hash(SERVER, client, SERVER_PORT, port));
        }
    }

    @Test
    void shouldPutFlowsThatWerePickedWithoutTheKeyIntoOneBucketWhereTheTablesHashSpreadsThem() {
        final SplittableRandom secrets = new SplittableRandom(2);
        for (int i = 0; i < KEYS; i++) {
            final SymmetricToeplitz card = new SymmetricToeplitz(secrets.nextInt());
            final FlowHash table = new FlowHash(secrets.nextLong());
            final Set<Integer> cardBuckets = new HashSet<>();
            final Set<Integer> tableBuckets = new HashSet<>();
            for (int flow = 0; flow < FLOWS; flow++) {
                // The port makes up for what the address changes: the sum of the words stays.
                final int client = 0x0B00_0000 | flow;
                final int port = flow & 0xFFFF;
                cardBuckets.add(card.hash(client, SERVER, port, SERVER_PORT) & (1 << TABLE_BITS) - 1);
                tableBuckets.add(table.hash((long) SERVER << 32 | client,
                    (long) SERVER_PORT << 48 | (long) port << 32 | 6 << 8 | 4) & (1 << TABLE_BITS) - 1);
            }
            assertThat(cardBuckets).hasSize(1);
            // By chance 10 000 flows take 9 280 of 65 536 buckets, give or take 26.
            assertThat(tableBuckets).hasSizeGreaterThan(9_000);
        }
    }
}
