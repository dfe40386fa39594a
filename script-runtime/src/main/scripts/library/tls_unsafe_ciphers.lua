-- Reports TLS servers that chose a cipher which does not protect.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_tls_unsafe_ciphers
local DEFAULTS = { classes = { "insecure" } }

local script = {
    api = "4.0",
    hooks = {},
    l4_proto = "tcp",
    default_enabled = true,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.security,
    gui = {
        i18n_title = "Unsafe TLS cipher",
        i18n_description = "Reports TLS servers that chose a cipher which does not protect",
        input_builder = "items_list",
        item_list_type = "string",
        settings = { classes = "classes of ciphers that are reported: insecure, and weak, which is common" },
    },
}

-- Suites that nDPI counts among the safe ones though they encrypt nothing or leave the server unknown, by their numbers
-- at IANA: those called NULL and those called anon.
local BARE = {}
for first, last in pairs({
    [0x0000] = 0x0002, [0x0017] = 0x001b, [0x002c] = 0x002e, [0x0034] = 0x0034, [0x003a] = 0x003b, [0x0046] = 0x0046,
    [0x006c] = 0x006d, [0x0089] = 0x0089, [0x009b] = 0x009b, [0x00a6] = 0x00a7, [0x00b0] = 0x00b1, [0x00b4] = 0x00b5,
    [0x00b8] = 0x00b9, [0x00bf] = 0x00bf, [0x00c5] = 0x00c5, [0xc001] = 0xc001, [0xc006] = 0xc006, [0xc00b] = 0xc00b,
    [0xc010] = 0xc010, [0xc015] = 0xc019, [0xc039] = 0xc03b,
}) do
    for suite = first, last do
        BARE[suite] = true
    end
end

function script.hooks.protocolDetected(now, conf)
    if flow.getServerCipherClass() == nil then
        return
    end
    local info = flow.getTLSInfo()
    local cipher = info["protos.tls.ja3.server_cipher"]
    if cipher == nil then
        return
    end
    local class = BARE[cipher] and "insecure" or flow.getServerCipherClass()
    for _, reported in ipairs(conf and conf.classes or DEFAULTS.classes) do
        if class == reported then
            flow.triggerStatus(STATUS, {
                cipher_class = class, cipher = cipher, server_name = info["protos.tls.client_requested_server_name"],
            }, 50, 20, 50)
        end
    end
end

return script
