-- Reports TCP flows of which little is payload: most bytes are headers, acknowledgements, keep-alives.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_low_goodput
local DEFAULTS = { min_duration_s = 600, max_percentage = 20 }

local script = {
    api = "4.0",
    hooks = {},
    l4_proto = "tcp",
    three_way_handshake_ok = true,
    periodic_update_seconds = 60,
    default_enabled = false,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.network,
    gui = {
        i18n_title = "Low goodput",
        i18n_description = "Reports TCP flows of which little is payload",
        input_builder = "threshold_cross",
        i18n_field_unit = user_scripts.field_units.percentage,
        field_min = 1,
        field_max = 100,
        field_operator = "lt",
        settings = {
            min_duration_s = "age from which a flow is looked at, in s",
            max_percentage = "share of payload below which goodput is low, in %",
        },
    },
}

local function check(now, conf)
    if flow.getDuration() < (conf and conf.min_duration_s or DEFAULTS.min_duration_s) then
        return
    end
    local limit = conf and conf.max_percentage or DEFAULTS.max_percentage
    local share = 100 * flow.getGoodputBytes() / (flow.getBytesSent() + flow.getBytesRcvd())
    if share < limit then
        flow.triggerStatus(STATUS, { goodput_percentage = share, threshold_percentage = limit }, 10, 5, 5)
    end
end

script.hooks.periodicUpdate = check
script.hooks.flowEnd = check

return script
