local flow_consts = require("flow_consts")
local user_scripts = require("user_scripts")

local script = {
    category = user_scripts.script_categories.network,
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.remote_to_remote",
        i18n_description = "flow_callbacks_config.remote_to_remote_description",
    },
}

function script.hooks.protocolDetected(now)
    if flow.isRemoteToRemote() and flow.isUnicast() then
        local flow_score = 10
        local cli_score = 10
        local srv_score = 10
        local remote_to_remote_type = flow_consts.status_types.status_remote_to_remote.create(
            flow_consts.status_types.status_remote_to_remote.alert_severity
        )

        flow.triggerStatus(remote_to_remote_type, flow_score, cli_score, srv_score)
    end
end

return script
