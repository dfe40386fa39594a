local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local script = {
    category = user_scripts.script_categories.security,
    default_enabled = false,
    default_value = { device_types = { "iot", "printer" }, max_recording = 3600 },
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.mud",
        i18n_description = "flow_callbacks_config.mud_description",
        input_builder = "flow_mud",
    },
}

local mud_utils = require("mud_utils")
local discover_utils = require("discover_utils")
local types

function script.setup()
    types = {}
    return true
end

function script.hooks.protocolDetected(now, conf)
    if next(types) == nil then
        for _, name in ipairs(conf.device_types) do
            types[discover_utils.devtype2id(name)] = true
        end
    end
    mud_utils.handleFlow(now, types, conf.max_recording)
end

return script
