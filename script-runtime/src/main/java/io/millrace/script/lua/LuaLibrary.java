package io.millrace.script.lua;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** The Lua side of the runtime, read once from the class path. Immutable; any thread. */
final class LuaLibrary {
    static final String BOOT = "boot";

    private static final List<String> MODULES = List.of(
        "addresses",
        "alert_consts",
        "alert_creators",
        "alert_types",
        "apart",
        "arguments",
        "banners",
        "census",
        "definitions",
        "discover_utils",
        "dispatch",
        "dkjson",
        "emission",
        "examination",
        "external_alerts",
        "failures",
        "flow",
        "flow_api",
        "flow_application",
        "flow_consts",
        "flow_detection",
        "flow_devices",
        "flow_full_info",
        "flow_icmp",
        "flow_info",
        "flow_mud",
        "flow_notes",
        "flow_origins",
        "flow_peers",
        "flow_risk_utils",
        "flow_short_names",
        "flow_status",
        "flow_status_2019",
        "flow_status_4_0",
        "flow_status_4_2",
        "flow_status_current",
        "flow_status_open",
        "flow_tcp",
        "flow_texts",
        "flow_tls",
        "flow_traffic",
        "format_utils",
        "generations",
        "guard",
        "hook_times",
        "host_scores",
        "i18n",
        "ids_utils",
        "keys_4_2",
        "layout",
        "lexer",
        "lint",
        "locale",
        "locale_en",
        "lua_additions",
        "lua_dialect",
        "lua_utils",
        "modules",
        "mud_utils",
        "names",
        "ndpi_names",
        "needs",
        "ntop",
        "packet_time",
        "profile",
        "protocols",
        "reach",
        "registry",
        "requiring",
        "running",
        "sandbox",
        "script_files",
        "script_settings",
        "scripts",
        "severities",
        "status_texts",
        "statuses",
        "store",
        "user_scripts",
        "user_scripts_by_generation",
        "verdicts",
        "wanted_statistics");
    private static final byte[] BOOT_SOURCE = read(BOOT);
    private static final List<byte[]> NAMES_AND_SOURCES = readAll();

    private LuaLibrary() {
    }

    static byte[] boot() {
        return BOOT_SOURCE;
    }

    /** Name and source of each module in turn. */
    static List<byte[]> modules() {
        return NAMES_AND_SOURCES;
    }

    private static List<byte[]> readAll() {
        final List<byte[]> all = new ArrayList<>();
        for (final String module : MODULES) {
            all.add(module.getBytes(UTF_8));
            all.add(read(module));
        }
        return List.copyOf(all);
    }

    private static byte[] read(final String module) {
        final String resource = "/io/millrace/script/library/" + module + ".lua";
        try (InputStream in = LuaLibrary.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("missing from the class path: " + resource);
            }
            return in.readAllBytes();
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot read " + resource, e);
        }
    }
}
