local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_blacklisted

local script = {
    category = user_scripts.script_categories.security,
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.blacklisted",
        i18n_description = "flow_callbacks_config.blacklisted_description",
    },
}

function script.hooks.protocolDetected(now, conf)
    if flow.isBlacklisted() then
        local info = flow.getBlacklistedInfo()
        local cli_score, srv_score = 5, 10
        if info["blacklisted.srv"] then
            cli_score, srv_score = flow_consts.max_score, 5
        end
        local status = STATUS.create(STATUS.alert_severity, info)
        flow.triggerStatus(status, 100, cli_score, srv_score)
    end
end

return script
