-- Reports devices that speak a protocol which is not for them: a printer that opens SSH sessions, say.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")
local discover_utils = require("discover_utils")

local STATUS = flow_consts.status_types.status_device_protocol_not_allowed
local DEFAULTS = {
    devices = {},
    allowed = {
        printer = { "DNS", "MDNS", "DHCP", "NTP", "SNMP", "HTTP", "TLS", "SMBv23", "ICMP", "ICMPV6", "IGMP", "SSDP",
            "Syslog" },
        iot = { "DNS", "MDNS", "DHCP", "NTP", "MQTT", "CoAP", "HTTP", "TLS", "ICMP", "ICMPV6", "IGMP", "SSDP",
            "Syslog" },
    },
}

local script = {
    api = "4.0",
    hooks = {},
    default_enabled = true,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.security,
    gui = {
        i18n_title = "Device protocols",
        i18n_description = "Reports devices that speak a protocol which is not for them",
        settings = {
            devices = "type by MAC or IP address, such as {\"192.168.7.20\": \"printer\"}",
            allowed = "applications by type of device; nothing else is allowed to that type",
        },
    },
}

-- Whether the flow's application, master or app, is one for that type of device.
local function is_allowed(device, conf)
    local allowed = device and (conf and conf.allowed or DEFAULTS.allowed)[device]
    local app, master = flow.getnDPIAppProtoId(), flow.getnDPIMasterProtoId()
    if allowed == nil or app + master == 0 then
        return true
    end
    for _, name in ipairs(allowed) do
        local id = interface.getnDPIProtoId(name)
        if id > 0 and (id == app or id == master) then
            return true
        end
    end
    return false
end

local function report(peer, devices, info)
    info.devproto_forbidden_peer = peer
    info.devproto_forbidden_id = flow.getnDPIAppProtoId()
    info["cli.devtype"] = info["cli.devtype"] or discover_utils.devtype2id(devices.cli)
    info["srv.devtype"] = info["srv.devtype"] or discover_utils.devtype2id(devices.srv)
    flow.triggerStatus(STATUS, info, 80, peer == "cli" and 80 or 5, peer == "srv" and 80 or 5)
end

function script.hooks.protocolDetected(now, conf)
    if flow.isDeviceProtocolNotAllowed() then
        local known = flow.getDeviceProtoAllowedInfo()
        report(known["cli.allowed"] and "srv" or "cli", {}, {
            ["cli.devtype"] = known["cli.devtype"], ["srv.devtype"] = known["srv.devtype"],
        })
        return
    end
    local devices = conf and conf.devices or DEFAULTS.devices
    if next(devices) == nil then
        return
    end
    local info, mud = flow.getInfo(), flow.getMUDInfo()
    local types = {
        cli = devices[info["cli.ip"]] or devices[mud["cli.mac"]],
        srv = devices[info["srv.ip"]] or devices[mud["srv.mac"]],
    }
    for _, peer in ipairs({ "cli", "srv" }) do
        if not is_allowed(types[peer], conf) then
            return report(peer, types, {})
        end
    end
end

return script
