local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_low_goodput

local script = {
    category = user_scripts.script_categories.network,
    l4_proto = "tcp",
    three_way_handshake_ok = true,
    packet_interface_only = true,
    nedge_exclude = true,
    periodic_update_seconds = 60,
    default_min_duration = 600,
    default_goodput_pct = 20,
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.tcp_issues_packets",
        i18n_description = "flow_callbacks_config.tcp_issues_packets_description",
        input_builder = "threshold_cross",
        i18n_field_unit = user_scripts.field_units.percentage,
        field_min = 1,
        field_max = 100,
        field_step = 5,
        field_operator = "lt",
    },
}

function script.hooks.periodicUpdate(now, conf)
    if flow.getDuration() < script.default_min_duration then
        return
    end
    if flow.getGoodputBytes() * 100 <= flow.getBytes() * script.default_goodput_pct then
        local status = STATUS.create(STATUS.alert_severity, flow.getTCPStats())
        flow.triggerStatus(status, 10, 10, 10)
    end
end

return script
