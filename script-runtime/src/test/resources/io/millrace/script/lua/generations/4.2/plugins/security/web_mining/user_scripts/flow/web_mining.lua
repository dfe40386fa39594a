local flow_consts = require("flow_consts")
local user_scripts = require("user_scripts")

local script = {
    category = user_scripts.script_categories.security,
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.web_mining",
        i18n_description = "flow_callbacks_config.web_mining_description",
    },
}

script.hooks = {
    protocolDetected = function(now, conf)
        local category = flow.getnDPICategoryName()
        if category == "Mining" then
            local status_type = flow_consts.status_types.status_web_mining_detected
            flow.triggerStatus(status_type.create(status_type.alert_severity), 50, 50, 10)
        end
    end,
}

return script
