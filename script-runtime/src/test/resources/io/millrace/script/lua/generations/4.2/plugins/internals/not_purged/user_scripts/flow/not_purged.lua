local flow_consts = require("flow_consts")
local user_scripts = require("user_scripts")

local script = {
    category = user_scripts.script_categories.internals,
    default_enabled = true,
    periodic_update_seconds = 600,
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.not_purged",
        i18n_description = "flow_callbacks_config.not_purged_description",
    },
}

function script.hooks.periodicUpdate(now)
    if flow.isNotPurged() then
        flow.triggerStatus(
            flow_consts.status_types.status_not_purged.create(
                flow_consts.status_types.status_not_purged.alert_severity
            ),
            10, -- flow
            10, -- client
            10 -- server
        )
    end
end

return script
