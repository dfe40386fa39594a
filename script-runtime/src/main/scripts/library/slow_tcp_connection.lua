-- Reports TCP connections whose handshake took long.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_slow_tcp_connection
local DEFAULTS = { max_round_trip_ms = 500 }

local script = {
    api = "4.0",
    hooks = {},
    l4_proto = "tcp",
    three_way_handshake_ok = true,
    default_enabled = true,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.network,
    gui = {
        i18n_title = "Slow TCP connection",
        i18n_description = "Reports TCP connections whose handshake took long",
        input_builder = "threshold_cross",
        i18n_field_unit = "ms",
        field_operator = "gt",
        settings = { max_round_trip_ms = "longest round trip of a handshake, both sides added up, in ms" },
    },
}

function script.hooks.protocolDetected(now, conf)
    local limit_ms = conf and conf.max_round_trip_ms or DEFAULTS.max_round_trip_ms
    -- From SYN to ACK the client waits that long; even with SYNs sent again, one of its pauses is half of it. This
    -- spares most flows the large table.
    if 2 * flow.getClient2ServerIAT()["interarrival.cli2srv"].max < limit_ms then
        return
    end
    local info = flow.getFullInfo()
    local client_ms, server_ms = 2 * info["tcp.nw_latency.client"], 2 * info["tcp.nw_latency.server"]
    if client_ms + server_ms > limit_ms then
        flow.triggerStatus(STATUS, {
            client_round_trip_ms = client_ms, server_round_trip_ms = server_ms, threshold_ms = limit_ms,
        }, 20, 10, 10)
    end
end

return script
