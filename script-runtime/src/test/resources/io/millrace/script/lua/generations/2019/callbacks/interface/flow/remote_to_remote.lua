local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local script = {
    hooks = {},
    bidirectional = true,
    gui = {
        i18n_title = "flow_callbacks_config.remote_to_remote",
        i18n_description = "flow_callbacks_config.remote_to_remote_description",
        input_builder = user_scripts.flow_checkbox_input_builder,
    },
}

function script.hooks.protocolDetected(now)
    if flow.isRemoteToRemote() and flow.isUnicast() then
        flow.setStatus(flow_consts.status_types.status_remote_to_remote.status_id)
    end
end

return script
