local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_remote_to_remote

local script = {
    category = user_scripts.script_categories.network,
    hooks = {},
    gui = {
        i18n_title = "remote_to_remote",
        i18n_description = "remote_to_remote as 4.0 had it",
    },
}

function script.hooks.protocolDetected(now, conf)
    if flow.isRemoteToRemote() and flow.isUnicast() then
        flow.triggerStatus(STATUS.create(STATUS.alert_severity), 10, 10, 10)
    end
end

return script
