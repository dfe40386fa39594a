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
local alert_consts = require("alert_consts")

local function check(now, conf)
    local text = flow.retrieveExternalAlertInfo()
    local info = text and json.decode(text)
    if info == nil then
        return
    end
    local flow_score, cli_score, srv_score = 100, 100, 100
    if ntop.isEnterpriseM() then
        flow_score, cli_score, srv_score = require("ids_utils").computeScore(info)
    end
    local severity = alert_consts.alertSeverityById(info.severity_id)
    local status = flow_consts.status_types.status_external_alert.create(severity, info)
    flow.triggerStatus(status, flow_score, cli_score, srv_score)
end

script.hooks.periodicUpdate = check
script.hooks.flowEnd = check

return script
