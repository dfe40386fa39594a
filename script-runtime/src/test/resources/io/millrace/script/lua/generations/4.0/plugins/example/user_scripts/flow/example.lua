local flow_consts = require("flow_consts")

local script = {
    category = user_scripts.script_categories.security,
    l4_proto = "tcp",
    l7_proto = "http",
    packet_interface_only = true,
    nedge_exclude = true,
    windows_exclude = false,
    three_way_handshake_ok = true,
    periodic_update_seconds = 30,
    default_enabled = true,
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.example",
        i18n_description = "flow_callbacks_config.example_description",
    },
}

function script.setup()
    return true
end

function script.hooks.protocolDetected(now, conf)
    print(shortFlowLabel(flow.getInfo()))
    flow.triggerStatus(flow_consts.status_types.status_example, "an example", 60, 50, 10)
end

function script.hooks.periodicUpdate(now, conf)
end

function script.hooks.flowEnd(now, conf)
end

function script.teardown()
end

return script
