-- Reports TLS clients whose fingerprint is known from malware.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_malicious_signature
-- JA3 of Trickbot and Emotet as the authors of JA3 published them.
local DEFAULTS = { signatures = { "6734f37431670b3ab4292b8f60f29984", "4d7a28d6f2263ed61de88ca66eb011e3" } }

local script = {
    api = "4.0",
    hooks = {},
    default_enabled = true,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.security,
    gui = {
        i18n_title = "Malicious TLS fingerprint",
        i18n_description = "Reports TLS clients whose fingerprint is known from malware",
        input_builder = "items_list",
        item_list_type = "string",
        settings = { signatures = "JA3 fingerprints that are reported, besides those that nDPI knows" },
    },
}

local list, listed

-- The list as a set, made anew only when the list is another.
local function is_listed(fingerprint, signatures)
    if list ~= signatures then
        list, listed = signatures, {}
        for _, signature in ipairs(signatures) do
            listed[signature:lower()] = true
        end
    end
    return listed[fingerprint]
end

function script.hooks.protocolDetected(now, conf)
    if flow.getServerCipherClass() == nil then
        return
    end
    local fingerprint = flow.getTLSInfo()["protos.tls.ja3.client_hash"]
    if fingerprint == nil then
        return
    end
    if flow.hasMaliciousTlsSignature() or is_listed(fingerprint, conf and conf.signatures or DEFAULTS.signatures) then
        flow.triggerStatus(STATUS, { cli_ja3_signature = fingerprint }, 100, 100, 20)
    end
end

return script
