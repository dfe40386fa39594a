-- Reports TCP flows of which a good part was sent again, came out of order, or got lost.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_tcp_connection_issues
local DEFAULTS = { min_issues = 10, min_percentage = 10 }

local script = {
    api = "4.0",
    hooks = {},
    l4_proto = "tcp",
    three_way_handshake_ok = true,
    packet_interface_only = true,
    periodic_update_seconds = 30,
    default_enabled = true,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.network,
    gui = {
        i18n_title = "TCP connection issues",
        i18n_description = "Reports TCP flows of which a good part was sent again, came out of order, or got lost",
        input_builder = "threshold_cross",
        i18n_field_unit = user_scripts.field_units.percentage,
        field_min = 1,
        field_max = 100,
        field_operator = "gt",
        settings = {
            min_issues = "segments of one side that must be affected",
            min_percentage = "share of that side's packets that must be affected, in %",
        },
    },
}

local function is_bad(issues, packets, conf)
    return issues >= (conf and conf.min_issues or DEFAULTS.min_issues)
        and 100 * issues >= packets * (conf and conf.min_percentage or DEFAULTS.min_percentage)
end

local function check(now, conf)
    local client_issues, server_issues = flow.getClientTCPIssues(), flow.getServerTCPIssues()
    local sent, received = flow.getPacketsSent(), flow.getPacketsRcvd()
    if is_bad(client_issues, sent, conf) or is_bad(server_issues, received, conf) then
        flow.triggerStatus(STATUS, {
            client_issues = client_issues, server_issues = server_issues, cli2srv_pkts = sent, srv2cli_pkts = received,
            is_severe = false, tcp_stats = flow.getTCPStats(),
        }, 20, 10, 10)
    end
end

script.hooks.periodicUpdate = check
script.hooks.flowEnd = check

return script
