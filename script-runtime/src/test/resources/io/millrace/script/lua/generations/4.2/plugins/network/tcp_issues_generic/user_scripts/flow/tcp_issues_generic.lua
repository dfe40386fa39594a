local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local script = {
    category = user_scripts.script_categories.network,
    l4_proto = "tcp",
    three_way_handshake_ok = true,
    nedge_exclude = true,
    periodic_update_seconds = 30,
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.tcp_issues_generic",
        i18n_description = "flow_callbacks_config.tcp_issues_generic_description",
    },
}

local function check(now, conf)
    local client, server = flow.getClientTCPIssues(), flow.getServerTCPIssues()
    local sent, received = flow.getPacketsSent(), flow.getPacketsRcvd()
    local is_client = client > 10 and client > sent / 10
    local is_server = server > 10 and server > received / 10
    if not is_client and not is_server then
        return
    end
    local is_severe = (is_client and client > sent / 3) or (is_server and server > received / 3)
    local definition = ternary(is_severe, flow_consts.status_types.status_tcp_severe_connection_issues,
        flow_consts.status_types.status_tcp_connection_issues)
    local status = definition.create(definition.alert_severity, flow.getTCPStats(), sent, received, is_severe, client,
        server)
    local score = ternary(is_severe, 20, 10)
    flow.triggerStatus(status, score, ternary(is_client, score, 1), ternary(is_server, score, 1))
end

script.hooks.periodicUpdate = check
script.hooks.flowEnd = check

return script
