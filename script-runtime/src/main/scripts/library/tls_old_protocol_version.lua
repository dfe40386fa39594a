-- Reports TLS versions that should no longer be in use.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_tls_old_protocol_version
local DEFAULTS = { min_version = 1.2 }
-- Version numbers on the wire, RFC 8446 appendix B.3.1.1: 0x0301 is TLS 1.0.
local TLS_1_0 = 769

local script = {
    api = "4.0",
    hooks = {},
    l4_proto = "tcp",
    default_enabled = true,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.security,
    gui = {
        i18n_title = "Old TLS version",
        i18n_description = "Reports TLS versions that should no longer be in use",
        input_builder = "threshold_cross",
        i18n_field_unit = "TLS",
        field_operator = "lt",
        settings = { min_version = "oldest version that is not reported: 1.0, 1.1, 1.2 or 1.3" },
    },
}

function script.hooks.protocolDetected(now, conf)
    local version = flow.getTLSVersion()
    local oldest = conf and conf.min_version or DEFAULTS.min_version
    if version ~= 0 and version < TLS_1_0 + math.floor((oldest - 1) * 10 + 0.5) then
        flow.triggerStatus(STATUS, { tls_version = version }, 30, 20, 20)
    end
end

return script
