-- Reports applications that nDPI calls dangerous.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_potentially_dangerous
local DEFAULTS = { breeds = { "Potentially Dangerous", "Dangerous" }, except = {} }

local script = {
    api = "4.0",
    hooks = {},
    default_enabled = true,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.security,
    gui = {
        i18n_title = "Potentially dangerous protocol",
        i18n_description = "Reports applications that nDPI calls dangerous",
        input_builder = "items_list",
        item_list_type = "string",
        settings = {
            breeds = "nDPI's breeds that are reported; Unsafe is a third one",
            except = "applications that are not reported, by nDPI's names",
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
    local breed = flow.getProtoBreed()
    if not contains(conf and conf.breeds or DEFAULTS.breeds, breed) then
        return
    end
    local application = flow.getnDPIProtocolName()
    if not contains(conf and conf.except or DEFAULTS.except, application) then
        flow.triggerStatus(STATUS, { application = application, breed = breed }, 50, 50, 10)
    end
end

return script
