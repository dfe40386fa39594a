-- Reports what other programs, such as an intrusion detection system, say of a flow.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")
local dkjson = require("dkjson")

local STATUS = flow_consts.status_types.status_external_alert
local DEFAULTS = { min_severity = 0, except = {} }

local script = {
    api = "4.0",
    hooks = {},
    periodic_update_seconds = 30,
    default_enabled = true,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.security,
    gui = {
        i18n_title = "External alerts",
        i18n_description = "Reports what other programs, such as an intrusion detection system, say of a flow",
        settings = {
            min_severity = "least severity that is reported: 0 info, 1 warning, 2 error",
            except = "signatures that are not reported",
        },
    },
}

local SCORES = { [0] = 20, [1] = 50, [2] = 100 }

local function check(now, conf)
    local text = flow.retrieveExternalAlertInfo()
    local told = text and dkjson.decode(text)
    if type(told) ~= "table" then
        return
    end
    local severity = tonumber(told.severity_id) or 2
    if severity < (conf and conf.min_severity or DEFAULTS.min_severity) then
        return
    end
    local signature = type(told.alert) == "table" and told.alert.signature
    for _, name in ipairs(conf and conf.except or DEFAULTS.except) do
        if name == signature then
            return
        end
    end
    local score = SCORES[severity] or 100
    flow.triggerStatus(STATUS, told, score, score, 10, severity)
end

script.hooks.periodicUpdate = check
script.hooks.flowEnd = check

return script
