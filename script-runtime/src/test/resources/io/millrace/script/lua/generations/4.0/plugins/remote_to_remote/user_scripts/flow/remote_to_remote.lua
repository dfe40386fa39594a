local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local script = {
    category = user_scripts.script_categories.network,
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.remote_to_remote",
        i18n_description = "flow_callbacks_config.remote_to_remote_description",
    },
}

function script.hooks.protocolDetected(now, conf)
    if flow.isRemoteToRemote() and flow.isUnicast() then
        flow.setStatus(flow_consts.status_types.status_remote_to_remote, 10, 10, 10)
    end
end

return script
