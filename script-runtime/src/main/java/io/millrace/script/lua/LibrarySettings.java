package io.millrace.script.lua;

import io.millrace.binding.luajit.LuaStore;
import io.millrace.engine.event.ApplicationNames;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.event.FlowMetadataDescriptor;
import io.millrace.engine.memory.StructDescriptor;
import io.millrace.script.geo.PlaceDescriptor;
import io.millrace.script.verdict.AlertDescriptor;
import io.millrace.script.verdict.VerdictDescriptor;
import java.util.List;

/** What the Lua library is told of the Java side: layouts, addresses, constants, names, as a Lua table. Stateless. */
final class LibrarySettings {
    /** Layouts that Lua shares, in the order of their declaration. */
    static final List<Shared> SHARED = List.of(
        new Shared(FlowEventDescriptor.layout(), FlowEventDescriptor.LENGTH),
        new Shared(FlowMetadataDescriptor.layout(), FlowMetadataDescriptor.LENGTH),
        new Shared(VerdictDescriptor.layout(), VerdictDescriptor.LENGTH),
        new Shared(AlertDescriptor.layout(), AlertDescriptor.LENGTH),
        new Shared(PlaceDescriptor.layout(), PlaceDescriptor.LENGTH),
        new Shared(ControlDescriptor.layout(), ControlDescriptor.LENGTH),
        new Shared(ScriptStatsDescriptor.layout(), ScriptStatsDescriptor.LENGTH),
        new Shared(HookCountsDescriptor.layout(), HookCountsDescriptor.LENGTH),
        new Shared(EmissionDescriptor.layout(), EmissionDescriptor.LENGTH),
        new Shared(HookSampleDescriptor.layout(), HookSampleDescriptor.LENGTH));

    record Shared(StructDescriptor layout, int length) {
    }

    private LibrarySettings() {
    }

    /** A Lua chunk that returns the table. */
    static byte[] text(
        final MachineSettings settings,
        final ApplicationNames names,
        final HostMemory memory,
        final ScriptStores stores,
        final long placesAddress) {

        final StringBuilder cdef = new StringBuilder();
        final StringBuilder structs = new StringBuilder("{\n");
        for (final Shared struct : SHARED) {
            cdef.append(struct.layout().cdef());
            structs.append("{ name = \"").append(struct.layout().name()).append("\", length = ")
                .append(struct.length()).append(", fields = {");
            for (final StructDescriptor.Field field : struct.layout().fields()) {
                structs.append('"').append(field.name()).append("\",");
            }
            structs.append("} },\n");
        }
        structs.append('}');
        final LuaText text = new LuaText();
        for (final LuaStore.Function function : LuaStore.Function.values()) {
            text.put(function.symbol(), function.address());
        }
        return text
            .put("cache_store", stores.cache().address())
            .put("external_alert_store", stores.externalAlerts().address())
            .put("version", String.valueOf(LibrarySettings.class.getPackage().getImplementationVersion()))
            .put("event_version", FlowEventDescriptor.VERSION)
            .put("cdef", cdef.toString())
            .putExpression("structs", structs.toString())
            .put("control", memory.control())
            .put("stats", memory.stats())
            .put("hook_counts", memory.hookCounts())
            .put("places", placesAddress)
            .put("emissions", memory.emissions())
            .put("emission_capacity", settings.emissionCapacityBytes())
            .put("emission_reserve", settings.emissionCapacityBytes() / 4)
            .put("emission_text", EmissionDescriptor.TEXT)
            .put("emission_alert", EmissionDescriptor.ALERT)
            .put("emission_error", EmissionDescriptor.SCRIPT_ERROR)
            .put("max_failures", settings.supervision().maxFailures())
            .put("max_overruns", settings.supervision().maxOverruns())
            .put("memory_limit", settings.memoryLimitBytes())
            .put("score_unset", VerdictDescriptor.SCORE_UNSET)
            .put("trait_local", VerdictDescriptor.LOCAL)
            .put("trait_blacklisted", VerdictDescriptor.BLACKLISTED)
            .put("trait_multicast", VerdictDescriptor.BROADCAST_OR_MULTICAST)
            .put("kind_protocol_detected", FlowEventKind.PROTOCOL_DETECTED.code)
            .put("kind_periodic_update", FlowEventKind.PERIODIC_UPDATE.code)
            .put("kind_flow_end", FlowEventKind.FLOW_END.code)
            .put("tick_seconds", settings.tickSeconds())
            .put("idle_timeout_ns", settings.idleTimeoutNs())
            .put("full_statistics", settings.run().fullStatistics() ? 1 : 0)
            .put("profiled", settings.run().profile() == null ? 0 : 1)
            .put("samples", memory.samples())
            .put("sample_capacity", memory.sampleCapacity())
            .put("ordered", settings.ordered() ? 1 : 0)
            .put("allowed", settings.allowedLibraries())
            .put("texts", textNames())
            .put("protocols", names.protocols())
            .put("protocol_categories", names.protocolCategory())
            .put("protocol_breeds", names.protocolBreed())
            .put("categories", names.categories())
            .put("breeds", names.breeds())
            .put("risks", names.risks())
            .bytes();
    }

    private static List<String> textNames() {
        final String suffix = "_offset";
        return FlowMetadataDescriptor.layout().fields().stream()
            .map(StructDescriptor.Field::name)
            .filter(name -> name.endsWith(suffix))
            .map(name -> name.substring(0, name.length() - suffix.length()))
            .toList();
    }
}
