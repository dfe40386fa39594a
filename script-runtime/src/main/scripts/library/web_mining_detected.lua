-- Reports the mining of crypto-currencies.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_web_mining_detected
local DEFAULTS = { categories = { "Mining" }, except = {} }

local script = {
    api = "4.0",
    hooks = {},
    default_enabled = true,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.security,
    gui = {
        i18n_title = "Web mining",
        i18n_description = "Reports the mining of crypto-currencies",
        input_builder = "items_list",
        item_list_type = "string",
        settings = {
            categories = "nDPI's categories that are reported",
            except = "addresses of clients that may mine",
        },
    },
}

local function contains(list, value)
    for _, item in ipairs(list) do
        if item == value then
            return true
        end
    end
    return false
end

function script.hooks.protocolDetected(now, conf)
    local category = flow.getnDPICategoryName()
    if contains(conf and conf.categories or DEFAULTS.categories, category)
        and not contains(conf and conf.except or DEFAULTS.except, flow.getInfo()["cli.ip"]) then
        flow.triggerStatus(STATUS, { application = flow.getnDPIProtocolName(), category = category }, 50, 50, 10)
    end
end

return script
