local flow_consts = require("flow_consts")
local user_scripts = require("user_scripts")

local script = {
    category = user_scripts.script_categories.security,
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.device_protocol_not_allowed",
        i18n_description = i18n(
            ternary(ntop.isnEdge(), "flow_callbacks_config.dev_proto_not_allowed_nedge_description",
                "flow_callbacks_config.dev_proto_not_allowed_description"),
            { url = getDeviceProtocolPoliciesUrl() }
        ),
    },
}

function script.hooks.protocolDetected(now)
    if flow.isDeviceProtocolNotAllowed() then
        local proto_info = flow.getDeviceProtoAllowedInfo()
        local flow_score, cli_score, srv_score = 80, 5, 5
        local peer, proto_id

        if not proto_info["cli.allowed"] then
            peer, proto_id = "cli", proto_info["cli.disallowed_proto"]
            cli_score = 80
        else
            peer, proto_id = "srv", proto_info["srv.disallowed_proto"]
            srv_score = 80
        end

        flow.triggerStatus(
            flow_consts.status_types.status_device_protocol_not_allowed.create(
                flow_consts.status_types.status_device_protocol_not_allowed.alert_severity,
                proto_info["cli.devtype"],
                proto_info["srv.devtype"],
                peer,
                proto_id
            ),
            flow_score, cli_score, srv_score
        )
    end
end

return script
