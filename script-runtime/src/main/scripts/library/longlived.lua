-- Reports flows that last very long.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_longlived
local DEFAULTS = { max_duration_s = 10 * 60 * 60, except = {} }

local script = {
    api = "4.0",
    hooks = {},
    periodic_update_seconds = 300,
    default_enabled = true,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.network,
    gui = {
        i18n_title = "Long-lived flow",
        i18n_description = "Reports flows that last very long",
        input_builder = "long_lived",
        i18n_field_unit = user_scripts.field_units.seconds,
        field_operator = "gt",
        settings = {
            max_duration_s = "age that is not yet reported, in s",
            except = "applications that may last, by nDPI's names",
        },
    },
}

local function check(now, conf)
    local limit = conf and conf.max_duration_s or DEFAULTS.max_duration_s
    if flow.getDuration() <= limit then
        return
    end
    local application = flow.getnDPIProtocolName()
    for _, name in ipairs(conf and conf.except or DEFAULTS.except) do
        if name == application then
            return
        end
    end
    flow.triggerStatus(STATUS, { duration = flow.getDuration(), ["longlived.threshold"] = limit }, 20, 20, 5)
end

script.hooks.periodicUpdate = check
script.hooks.flowEnd = check

return script
