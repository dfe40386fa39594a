-- Reports TCP flows that last, and move hardly any data.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_slow_data_exchange
local DEFAULTS = { min_duration_s = 60, max_bytes_per_s = 100 }

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
        i18n_title = "Slow data exchange",
        i18n_description = "Reports TCP flows that last, and move hardly any data",
        settings = {
            min_duration_s = "age from which a flow is looked at, in s",
            max_bytes_per_s = "payload of both directions below which an exchange is slow, in bytes/s",
        },
    },
}

local function check(now, conf)
    local duration_s = flow.getDuration()
    if duration_s < (conf and conf.min_duration_s or DEFAULTS.min_duration_s) then
        return
    end
    local limit = conf and conf.max_bytes_per_s or DEFAULTS.max_bytes_per_s
    local payload = flow.getGoodputBytes()
    -- Without payload it is no exchange at all.
    if payload > 0 and payload < limit * duration_s then
        flow.triggerStatus(STATUS, {
            goodput_bytes = payload, duration = duration_s, threshold_bytes_per_s = limit,
        }, 10, 5, 5)
    end
end

script.hooks.periodicUpdate = check
script.hooks.flowEnd = check

return script
