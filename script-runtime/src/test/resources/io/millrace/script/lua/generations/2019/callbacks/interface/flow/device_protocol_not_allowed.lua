local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local script = {
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.device_protocol_not_allowed",
        i18n_description = "flow_callbacks_config.device_protocol_not_allowed_description",
        input_builder = user_scripts.flow_checkbox_input_builder,
    },
}

local page = ternary(ntop.isnEdge(), "policies", getDeviceProtocolPoliciesUrl("device_type=0"))
script.gui.i18n_title = i18n("flow_callbacks_config.device_protocol_not_allowed") or page

function script.hooks.protocolDetected(now)
    local info = flow.getDeviceProtoAllowedInfo()
    if not info["cli.allowed"] or not info["srv.allowed"] then
        local peer = ternary(info["cli.allowed"], "srv", "cli")
        info["devproto_forbidden_peer"] = peer
        info["devproto_forbidden_id"] = info[peer .. ".disallowed_proto"]
        flow.triggerStatus(flow_consts.status_types.status_device_protocol_not_allowed.status_id, info)
    end
end

return script
