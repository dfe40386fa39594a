local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_udp_unidirectional

local script = {
    category = user_scripts.script_categories.network,
    l4_proto = "udp",
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.udp_unidirectional",
        i18n_description = "flow_callbacks_config.udp_unidirectional_description",
    },
}

local ANSWERLESS = { [8] = true, [17] = true, [18] = true, [87] = true, [103] = true, [128] = true, [129] = true }

function script.hooks.all(now, conf)
    if flow.getPacketsRcvd() == 0 and flow.getPacketsSent() > 0 and not flow.isClientNoIP() and flow.isServerUnicast()
        and not ANSWERLESS[flow.getnDPIAppProtoId()] then
        flow.triggerStatus(STATUS.create(STATUS.alert_severity), 5, 5, 1)
    end
end

return script
