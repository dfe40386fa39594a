local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_unexpected_dhcp

local script = {
    category = user_scripts.script_categories.security,
    prio = -20,
    l7_proto_id = 18,
    default_enabled = false,
    default_value = { items = {} },
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.unexpected_dhcp",
        i18n_description = "flow_callbacks_config.unexpected_dhcp_description",
        input_builder = "items_list",
        item_list_type = "string",
        input_title = i18n("unexpected_dhcp.title"),
        input_description = i18n("unexpected_dhcp.description"),
    },
}

local KEY = "ntopng.cache.unexpected_dhcp"
script.gui.i18n_title = i18n("unexpected_dhcp.unexpected_dhcp_title") or script.gui.i18n_title

function script.onEnable(hook, hook_config)
    ntop.setCache(KEY, hook)
end

function script.hooks.protocolDetected(now, conf)
    if table.len(conf.items) == 0 or not flow.isServerUnicast() then
        return
    end
    local server = flow.getInfo()["srv.ip"]
    for _, item in pairs(conf.items) do
        if item == server then
            return
        end
    end
    if ntop.getCache(KEY) == "" then
        ntop.setCache(KEY, server, 60)
    end
    flow.triggerStatus(STATUS.create(STATUS.alert_severity, server), 100, 0, 100)
end

return script
