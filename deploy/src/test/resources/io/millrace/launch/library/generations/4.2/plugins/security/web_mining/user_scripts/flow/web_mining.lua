local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_web_mining_detected

local script = {
    category = user_scripts.script_categories.security,
    hooks = {},
    gui = {
        i18n_title = "web_mining",
        i18n_description = "web_mining as 4.0 had it",
    },
}

function script.hooks.protocolDetected(now, conf)
    if flow.getnDPICategoryName() == "Mining" then
        flow.triggerStatus(STATUS.create(STATUS.alert_severity), 50, 50, 10)
    end
end

return script
