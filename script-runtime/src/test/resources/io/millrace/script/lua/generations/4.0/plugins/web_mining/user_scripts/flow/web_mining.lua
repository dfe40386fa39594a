local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local script = {
    category = user_scripts.script_categories.security,
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.web_mining",
        i18n_description = "flow_callbacks_config.web_mining_description",
    },
}

function script.hooks.protocolDetected(now, conf)
    if flow.getnDPICategoryName() == "Mining" then
        flow.triggerStatus(flow_consts.status_types.status_web_mining_detected, nil, 50, 50, 10)
    end
end

return script
