local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local script = {
    hooks = {},
    l4_proto = "udp",
    one_way = true,
    gui = {
        i18n_title = "flow_callbacks_config.udp_unidirectional",
        i18n_description = "flow_callbacks_config.udp_unidirectional_description",
        input_builder = user_scripts.flow_checkbox_input_builder,
    },
}

local STATUS = flow_consts.status_types.status_udp_unidirectional.status_id

function script.hooks.all(now)
    if flow.getPacketsRcvd() == 0 and flow.isServerUnicast() then
        flow.setStatus(STATUS)
    else
        flow.clearStatus(STATUS)
    end
end

return script
