-- Reports conversations between two hosts of which neither is local.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_remote_to_remote
local DEFAULTS = { except = {} }

local script = {
    api = "4.0",
    hooks = {},
    default_enabled = false,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.network,
    gui = {
        i18n_title = "Remote to remote",
        i18n_description = "Reports conversations between two hosts of which neither is local",
        input_builder = "items_list",
        item_list_type = "string",
        settings = { except = "applications that are not reported, by nDPI's names" },
    },
}

function script.hooks.protocolDetected(now, conf)
    if not flow.isRemoteToRemote() or not flow.isBidirectional() or not flow.isUnicast() then
        return
    end
    local application = flow.getnDPIProtocolName()
    for _, name in ipairs(conf and conf.except or DEFAULTS.except) do
        if name == application then
            return
        end
    end
    flow.triggerStatus(STATUS, { application = application }, 10, 10, 10)
end

return script
