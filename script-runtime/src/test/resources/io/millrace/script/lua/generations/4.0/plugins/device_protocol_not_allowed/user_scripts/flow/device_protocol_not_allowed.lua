local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local script = {
    category = user_scripts.script_categories.security,
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.device_protocol_not_allowed",
        i18n_description = "flow_callbacks_config.device_protocol_not_allowed_description",
    },
}

function script.hooks.protocolDetected(now, conf)
    if flow.isDeviceProtocolNotAllowed() then
        local info = flow.getDeviceProtoAllowedInfo()
        local peer = ternary(info["cli.allowed"], "srv", "cli")
        info["devproto_forbidden_peer"] = peer
        info["devproto_forbidden_id"] = info[peer .. ".disallowed_proto"]
        flow.triggerStatus(flow_consts.status_types.status_device_protocol_not_allowed, info, 80, 80, 80)
    end
end

return script
