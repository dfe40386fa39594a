local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local script = {
    hooks = {},
    l4_proto = "tcp",
    three_way_handshake_ok = true,
    periodic_update_seconds = 120,
    gui = {
        i18n_title = "flow_callbacks_config.example",
        i18n_description = "flow_callbacks_config.example_description",
        input_builder = user_scripts.flow_checkbox_input_builder,
    },
}

function script.setup()
    return false
end

function script.hooks.protocolDetected(now)
    flow.triggerStatus(flow_consts.custom_status_1, "an example")
end

function script.teardown()
    print("never set up")
end

return script
