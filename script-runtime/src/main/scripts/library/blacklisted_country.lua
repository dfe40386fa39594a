-- Reports flows from or to countries on a list.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_blacklisted_country
local DEFAULTS = { items = {} }

local script = {
    api = "4.0",
    hooks = {},
    default_enabled = false,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.security,
    gui = {
        i18n_title = "Blacklisted country",
        i18n_description = "Reports flows from or to countries on a list of blacklisted ones",
        input_builder = "items_list",
        item_list_type = "country",
        settings = { items = "countries that are reported, two letters each (ISO 3166-1)" },
    },
}

local list, listed

-- The list as a set, made anew only when the list is another.
local function is_listed(country, items)
    if list ~= items then
        list, listed = items, {}
        for _, item in ipairs(items) do
            listed[item:upper()] = true
        end
    end
    return country ~= nil and listed[country] == true
end

function script.hooks.protocolDetected(now, conf)
    local items = conf and conf.items or DEFAULTS.items
    local client, server = flow.getClientCountry(), flow.getServerCountry()
    local client_listed, server_listed = is_listed(client, items), is_listed(server, items)
    if client_listed or server_listed then
        flow.triggerStatus(STATUS, {
            cli_country = client, srv_country = server, cli_blacklisted = client_listed,
            srv_blacklisted = server_listed,
        }, 80, client_listed and 80 or 10, server_listed and 80 or 10)
    end
end

return script
