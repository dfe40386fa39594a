package io.millrace.bench.traffic;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Which flow each packet belongs to: every flow once, the rest drawn by the law of Zipf, all shuffled. The number of
 * flows is so exact, and no order of the flows in memory follows the order of packets.
 */
final class FlowOrder {
    private FlowOrder() {
    }

    /** Flow of each packet, from 0. */
    static int[] draw(final TrafficSpec spec, final SplittableRandom random) {
        final int[] order = new int[spec.packets()];
        for (int flow = 0; flow < spec.flows(); flow++) {
            order[flow] = flow;
        }
        if (spec.zipfExponent() == 0) {
            for (int i = spec.flows(); i < order.length; i++) {
                order[i] = random.nextInt(spec.flows());
            }
        } else {
            final double[] cumulative = cumulative(spec.flows(), spec.zipfExponent());
            final double sum = cumulative[cumulative.length - 1];
            for (int i = spec.flows(); i < order.length; i++) {
                final int found = Arrays.binarySearch(cumulative, random.nextDouble() * sum);
                order[i] = Math.min(found < 0 ? -found - 1 : found, spec.flows() - 1);
            }
        }
        shuffle(order, random);
        return order;
    }

    private static double[] cumulative(final int flows, final double exponent) {
        final double[] cumulative = new double[flows];
        double sum = 0;
        for (int rank = 0; rank < flows; rank++) {
            sum += Math.pow(rank + 1.0, -exponent);
            cumulative[rank] = sum;
        }
        return cumulative;
    }

    private static void shuffle(final int[] values, final SplittableRandom random) {
        for (int i = values.length - 1; i > 0; i--) {
            final int other = random.nextInt(i + 1);
            final int value = values[i];
            values[i] = values[other];
            values[other] = value;
        }
    }
}
