local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local script = {
    category = user_scripts.script_categories.security,
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
    local info, score, cli_score, srv_score = { cli_country = client, srv_country = server }, 0, 0, 0
    if is_listed(client, conf) then
        score, cli_score, info.cli_blacklisted = 60, 60, true
    end
    if is_listed(server, conf) then
        score, srv_score, info.srv_blacklisted = 60, 60, true
    end
    if score > 0 then
        flow.triggerStatus(flow_consts.status_types.status_blacklisted_country, info, score, cli_score, srv_score)
    end
end

return script
