local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local script = {
    category = user_scripts.script_categories.network,
    l4_proto = "udp",
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.udp_unidirectional",
        i18n_description = "flow_callbacks_config.udp_unidirectional_description",
    },
}

function script.hooks.all(now, conf)
    local status = flow_consts.status_types.status_udp_unidirectional
    if flow.getPacketsRcvd() == 0 and flow.getPacketsSent() > 0 then
        if flow.isServerUnicast() then
            flow.setStatus(status, 5, 5, 1)
        end
    else
        flow.clearStatus(status)
    end
end

return script
