-- Reports TCP servers that let a client wait long for the first byte of an answer.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_slow_application_header
local DEFAULTS = { max_first_byte_ms = 2000 }

local script = {
    api = "4.0",
    hooks = {},
    l4_proto = "tcp",
    three_way_handshake_ok = true,
    periodic_update_seconds = 60,
    default_enabled = true,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.network,
    gui = {
        i18n_title = "Slow application header",
        i18n_description = "Reports TCP servers that let a client wait long for the first byte of an answer",
        input_builder = "threshold_cross",
        i18n_field_unit = "ms",
        field_operator = "gt",
        settings = { max_first_byte_ms = "longest time from a client's first byte to the server's first, in ms" },
    },
}

local function check(now, conf)
    local limit_ms = conf and conf.max_first_byte_ms or DEFAULTS.max_first_byte_ms
    -- A flow younger than the limit cannot have exceeded it: most flows are spared the large table.
    if flow.getDuration() < math.floor(limit_ms / 1000) or flow.isStatusSet(STATUS.status_id) then
        return
    end
    local waited_ms = flow.getFullInfo()["tcp.appl_latency"]
    if waited_ms > limit_ms then
        flow.triggerStatus(STATUS, { first_byte_ms = waited_ms, threshold_ms = limit_ms }, 20, 1, 20)
    end
end

script.hooks.periodicUpdate = check
script.hooks.flowEnd = check

return script
