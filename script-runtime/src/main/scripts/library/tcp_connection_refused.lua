-- Marks TCP connections that a server refused; reports clients that are refused often.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")
local tally = require("tally")

local STATUS = flow_consts.status_types.status_tcp_connection_refused
local DEFAULTS = { min_targets = 10, window_s = 60 }

local script = {
    api = "4.0",
    hooks = {},
    l4_proto = "tcp",
    default_enabled = true,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.security,
    gui = {
        i18n_title = "TCP connection refused",
        i18n_description = "Marks TCP connections that a server refused; reports clients that are refused often",
        input_builder = "threshold_cross",
        i18n_field_unit = user_scripts.field_units.flows,
        field_min = 1,
        field_operator = "gt",
        settings = {
            min_targets = "targets (server and port) that must refuse one client before it is reported",
            window_s = "time in which these targets are counted, in s",
        },
    },
}

local targets = tally.new()

function script.hooks.flowEnd(now, conf)
    if not flow.isTCPConnectionRefused() then
        return
    end
    local window_s = conf and conf.window_s or DEFAULTS.window_s
    local info = flow.getInfo()
    local target = info["srv.ip"] .. ":" .. info["srv.port"]
    local reached = targets:add(flow.getFirstSeen(), window_s, flow.getClientKey(), target)
    if reached >= (conf and conf.min_targets or DEFAULTS.min_targets) then
        flow.triggerStatus(STATUS, { targets = reached, window_s = window_s }, 50, 50, 5)
    else
        flow.setStatus(STATUS)
    end
end

return script
