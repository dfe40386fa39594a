local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local script = {
    hooks = {},
    periodic_update_seconds = 30,
    gui = {
        i18n_title = "flow_callbacks_config.external_alert_check",
        i18n_description = "flow_callbacks_config.external_alert_check_description",
        input_builder = user_scripts.flow_checkbox_input_builder,
    },
}

function script.hooks.periodicUpdate(now)
    local json = flow.retrieveExternalAlertInfo()
    local info = json and require("dkjson").decode(json)
    if info ~= nil then
        flow.triggerStatus(flow_consts.status_types.status_external_alert.status_id, info, info.severity_id)
    end
end

return script
