local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local script = {
    category = user_scripts.script_categories.security,
    prio = -20,
    default_value = { items = {} },
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.flow_risks",
        i18n_description = "flow_callbacks_config.flow_risks_description",
        input_builder = "multi_select",
        input_title = "user_scripts.risk_title",
        i8n_multiselect_label = "user_scripts.risk_label",
        groups = {},
    },
}

local plugins_utils = require("plugins_utils")
local flow_risk_utils = require("flow_risk_utils")
local handlers = {}

function script.setup()
    local generic = plugins_utils.loadModule("flow_risks", "risk_handler")
    for name, id in pairs(flow_risk_utils.risks) do
        handlers[id] = generic
    end
    handlers[flow_risk_utils.risks.ndpi_known_protocol_on_non_standard_port] =
        plugins_utils.loadModule("flow_risks", "ndpi_known_protocol_on_non_standard_port_handler")
    handlers[flow_risk_utils.risks.ndpi_binary_application_transfer] =
        plugins_utils.loadModule("flow_risks", "ndpi_binary_application_transfer_handler")
    return true
end

function script.hooks.protocolDetected(now, conf)
    if not flow.hasRisk() then
        return
    end
    local skipped = {}
    for _, id in pairs(conf.items) do
        skipped[tonumber(id)] = true
    end
    for name, id in pairs(flow.getRiskInfo()) do
        local handler = handlers[id]
        if handler ~= nil and not skipped[id] then
            handler.handle_risk(id, table.unpack({ 50, 50, 10 }))
        end
    end
end

return script
