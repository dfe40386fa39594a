-- Reports flows that move very much data from remote to local hosts, whoever opened them.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_elephant_remote_to_local
local DEFAULTS = { max_bytes = 5 * 1024 * 1024 * 1024 }

local script = {
    api = "4.0",
    hooks = {},
    periodic_update_seconds = 30,
    default_enabled = true,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.network,
    gui = {
        i18n_title = "Elephant flow, remote to local",
        i18n_description = "Reports flows that move very much data from remote to local hosts",
        input_builder = "elephant_flows",
        i18n_field_unit = user_scripts.field_units.bytes,
        field_operator = "gt",
        settings = { max_bytes = "bytes into the local networks that are not yet reported" },
    },
}

-- Bytes in the direction that counts; 0 where the flow does not cross the border.
local function bytes_across()
    if flow.isLocalToRemote() then
        return flow.getBytesRcvd()
    elseif flow.isRemoteToLocal() then
        return flow.getBytesSent()
    end
    return 0
end

local function check(now, conf)
    local limit = conf and conf.max_bytes or DEFAULTS.max_bytes
    local bytes = bytes_across()
    if bytes > limit then
        flow.triggerStatus(STATUS, { bytes = bytes, ["elephant.r2l_threshold"] = limit }, 20, 20, 5)
    end
end

script.hooks.periodicUpdate = check
script.hooks.flowEnd = check

return script
