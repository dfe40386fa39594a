package io.millrace.binding.ndpi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.millrace.binding.link.NativeFunction;
import io.millrace.binding.link.NativeShim;
import java.lang.foreign.FunctionDescriptor;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The names of the loaded nDPI, by id. Read once while starting.
 *
 * @param protocols        name of each protocol id.
 * @param protocolCategory category id of each protocol id.
 * @param protocolBreed    breed id of each protocol id.
 * @param categories       name of each category id; empty where an id is not in use.
 * @param breeds           name of each breed id.
 * @param risks            text of each risk id.
 * @param confidences      name of each {@code ndpi_confidence_t}.
 */
public record NameTables(
    String[] protocols,
    int[] protocolCategory,
    int[] protocolBreed,
    String[] categories,
    String[] breeds,
    String[] risks,
    String[] confidences) {

    /** Reads all names through a module. */
    public static NameTables read(final DetectionModule module) {
        final NativeShim shim = NativeShim.shim();
        final long address = module.address();
        final int protocolCount = shim
            .function("ndpi_get_num_supported_protocols", FunctionDescriptor.of(JAVA_INT, JAVA_LONG)).callInt(address);
        final NativeFunction protocolName =
            shim.function("ndpi_get_proto_name", FunctionDescriptor.of(ADDRESS, JAVA_LONG, JAVA_SHORT));
        final NativeFunction categoryOf =
            shim.function("millrace_ndpi_category_of", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_SHORT));
        final NativeFunction breedOf =
            shim.function("millrace_ndpi_breed_of", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_SHORT));
        final NativeFunction categoryName =
            shim.function("ndpi_category_get_name", FunctionDescriptor.of(ADDRESS, JAVA_LONG, JAVA_INT));
        final NativeFunction breedName =
            shim.function("ndpi_get_proto_breed_name", FunctionDescriptor.of(ADDRESS, JAVA_LONG, JAVA_INT));
        final NativeFunction riskName =
            shim.function("millrace_ndpi_risk_name", FunctionDescriptor.of(ADDRESS, JAVA_INT));
        final NativeFunction confidenceName =
            shim.function("ndpi_confidence_get_name", FunctionDescriptor.of(ADDRESS, JAVA_INT));
        return new NameTables(
            names(protocolCount, id -> protocolName.callText(address, (short) id)),
            IntStream.range(0, protocolCount).map(id -> categoryOf.callInt(address, (short) id)).toArray(),
            IntStream.range(0, protocolCount).map(id -> breedOf.callInt(address, (short) id)).toArray(),
            names(shim.layout("NDPI_PROTOCOL_NUM_CATEGORIES"), id -> categoryName.callText(address, id)),
            names(shim.layout("NUM_BREEDS"), id -> breedName.callText(address, id)),
            names(shim.layout("NDPI_MAX_RISK"), riskName::callText),
            names(shim.layout("NDPI_CONFIDENCE_MAX"), confidenceName::callText));
    }

    private static String[] names(final int count, final IntFunction<String> name) {
        return IntStream.range(0, count).mapToObj(name).toArray(String[]::new);
    }
}
