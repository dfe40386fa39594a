local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local script = {
    category = user_scripts.script_categories.security,
    periodic_update_seconds = 30,
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.external_alert_check",
        i18n_description = "flow_callbacks_config.external_alert_check_description",
    },
}

local json = require("dkjson")

function script.hooks.periodicUpdate(now, conf)
    local text = flow.retrieveExternalAlertInfo()
    local info = text and json.decode(text)
    if info ~= nil then
        flow.triggerStatus(flow_consts.status_types.status_external_alert, info, nil, nil, nil, info.severity_id)
    end
end

return script
