local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_unexpected_ntp

local script = {
    category = user_scripts.script_categories.security,
    prio = -20,
    l7_proto_id = 9,
    default_enabled = false,
    default_value = { items = {} },
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.unexpected_ntp",
        i18n_description = "flow_callbacks_config.unexpected_ntp_description",
        input_builder = "items_list",
        item_list_type = "string",
        input_title = i18n("unexpected_ntp.title"),
        input_description = i18n("unexpected_ntp.description"),
    },
}

function script.hooks.protocolDetected(now, conf)
    ok = 0
    server_ip = flow.getServerKey()
    server_ip = string.sub(server_ip, 1, string.len(server_ip) - 2)
    for _, item in pairs(conf.items) do
        if item == server_ip then
            ok = 1
            break
        end
    end
    if ok == 0 and table.len(conf.items) > 0 then
        flow.triggerStatus(STATUS.create(STATUS.alert_severity, server_ip), 100, 0, 100)
    end
end

return script
