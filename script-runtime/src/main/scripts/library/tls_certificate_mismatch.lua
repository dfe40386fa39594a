-- Reports TLS servers whose certificate is made out to another name than was asked for.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_tls_certificate_mismatch
local DEFAULTS = { except = {} }

local script = {
    api = "4.0",
    hooks = {},
    l4_proto = "tcp",
    default_enabled = true,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.security,
    gui = {
        i18n_title = "TLS certificate mismatch",
        i18n_description = "Reports TLS servers whose certificate is made out to another name than was asked for",
        input_builder = "items_list",
        item_list_type = "string",
        settings = { except = "names asked for that are not reported, such as \"old.example\"" },
    },
}

-- The names a certificate is good for: those it lists, else its common name.
local function names_of(info)
    local names = info["protos.tls.server_names"]
    if names == nil or names == "" then
        names = (info["protos.tls.subjectDN"] or ""):match("CN=([^,]+)")
    end
    return names
end

local function is_good_for(asked, names)
    asked = asked:lower()
    for name in names:lower():gmatch("[^,%s]+") do
        if name == asked or (name:sub(1, 2) == "*." and asked:match("^[^.]+%.(.+)$") == name:sub(3)) then
            return true
        end
    end
    return false
end

local function contains(list, value)
    for _, item in ipairs(list) do
        if item == value then
            return true
        end
    end
    return false
end

function script.hooks.protocolDetected(now, conf)
    if flow.getTLSVersion() == 0 then
        return
    end
    local info = flow.getTLSInfo()
    local asked, names = info["protos.tls.client_requested_server_name"], names_of(info)
    -- From TLS 1.3 on certificates pass encrypted, and nothing is known of them.
    if asked == nil or names == nil or is_good_for(asked, names) then
        return
    end
    if not contains(conf and conf.except or DEFAULTS.except, asked) then
        flow.triggerStatus(STATUS, { ["tls_crt.cli"] = asked, ["tls_crt.srv"] = names }, 50, 50, 10)
    end
end

return script
