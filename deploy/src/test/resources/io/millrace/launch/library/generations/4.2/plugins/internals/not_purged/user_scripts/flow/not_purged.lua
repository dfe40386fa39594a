local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_not_purged

local script = {
    category = user_scripts.script_categories.internals,
    periodic_update_seconds = 600,
    hooks = {},
    gui = {
        i18n_title = "not_purged",
        i18n_description = "not_purged as 4.0 had it",
    },
}

function script.hooks.periodicUpdate(now, conf)
    if flow.isNotPurged() then
        flow.triggerStatus(STATUS.create(STATUS.alert_severity), 10, 10, 10)
    end
end

return script
