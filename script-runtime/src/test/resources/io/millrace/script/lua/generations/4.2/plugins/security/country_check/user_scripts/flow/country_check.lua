local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_blacklisted_country

local script = {
    category = user_scripts.script_categories.security,
    prio = 20,
    default_enabled = false,
    default_value = { items = {} },
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.country_check",
        i18n_description = "flow_callbacks_config.country_check_description",
        input_builder = "items_list",
        item_list_type = "country",
        input_title = "user_scripts.country_list_title",
        input_description = "user_scripts.country_list_description",
    },
}

local conf_seen, listed

local function is_listed(country, conf)
    if conf ~= conf_seen then
        conf_seen, listed = conf, {}
        for _, item in ipairs(conf.items) do
            listed[string.upper(item)] = true
        end
    end
    return country ~= nil and listed[country]
end

function script.hooks.protocolDetected(now, conf)
    local client, server = flow.getClientCountry(), flow.getServerCountry()
    local client_listed, server_listed = is_listed(client, conf), is_listed(server, conf)
    if client_listed or server_listed then
        local status = STATUS.create(STATUS.alert_severity, client, server, client_listed, server_listed)
        flow.triggerStatus(status, 60, ternary(client_listed, 60, 0), ternary(server_listed, 60, 0))
    end
end

return script
