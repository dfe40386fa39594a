local flow_consts = require("flow_consts")

local script = {
    category = user_scripts.script_categories.security,
    l4_proto = "tcp",
    l7_proto = "http",
    three_way_handshake_ok = true,
    periodic_update_seconds = 30,
    default_enabled = false,
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.example",
        i18n_description = "flow_callbacks_config.example_description",
    },
}

function script.setup()
    return true
end

for _, name in ipairs({ "onLoad", "onUnload", "onEnable", "onDisable", "onUpdateConfig" }) do
    script[name] = function(hook, hook_config)
        print(name .. " " .. hook .. " " .. tostring(hook_config.enabled))
    end
end

function script.hooks.protocolDetected(now, conf)
    print(shortFlowLabel(flow.getInfo()))
    flow.triggerStatus(flow_consts.status_types.status_web_mining_detected, "an example", 60, 50, 10)
end

function script.hooks.periodicUpdate(now, conf)
end

function script.hooks.flowEnd(now, conf)
end

return script
