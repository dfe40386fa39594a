-- Reports DNS queries for names that no host has: with odd characters, or far too long.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_dns_invalid_query
local DEFAULTS = { max_query_bytes = 240 }

local script = {
    api = "4.0",
    hooks = {},
    l7_proto = "DNS",
    default_enabled = true,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.security,
    gui = {
        i18n_title = "Invalid DNS query",
        i18n_description = "Reports DNS queries for names that no host has: with odd characters, or far too long",
        input_builder = "threshold_cross",
        i18n_field_unit = user_scripts.field_units.bytes,
        field_operator = "gt",
        settings = { max_query_bytes = "mean length of the frames of queries that is not yet reported, in bytes" },
    },
}

function script.hooks.protocolDetected(now, conf)
    local limit = conf and conf.max_query_bytes or DEFAULTS.max_query_bytes
    -- nDPI keeps the last 79 bytes of a name only, so the frame has to tell how long it was.
    local packets = flow.getPacketsSent()
    local mean = packets > 0 and flow.getBytesSent() / packets or 0
    local invalid = flow.dnsQueryHasInvalidChars()
    if invalid or mean > limit then
        flow.triggerStatus(STATUS, {
            query = flow.getDnsQuery(), invalid_characters = invalid, query_bytes = mean, threshold = limit,
        }, 30, 30, 5)
    end
end

return script
