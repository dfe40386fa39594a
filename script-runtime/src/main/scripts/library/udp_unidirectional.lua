-- Marks UDP flows that get no answer, except applications that expect none.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_udp_unidirectional
local DEFAULTS = {
    min_packets = 3,
    alert = false,
    except = { "Syslog", "NetFlow", "sFlow", "MDNS", "LLMNR", "SSDP", "DHCP", "DHCPV6", "RTP", "NetBIOS" },
}

local script = {
    api = "4.0",
    hooks = {},
    l4_proto = "udp",
    periodic_update_seconds = 60,
    default_enabled = true,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.network,
    gui = {
        i18n_title = "One-way UDP",
        i18n_description = "Marks UDP flows that get no answer, except applications that expect none",
        settings = {
            min_packets = "datagrams that must stay without an answer",
            alert = "whether there is an alert, besides the mark in the flow record",
            except = "applications that expect no answer, by nDPI's names",
        },
    },
}

local list, excepted

-- Whether master or app is on the list; its numbers are looked up anew only when the list is another.
local function is_excepted(names)
    if list ~= names then
        list, excepted = names, {}
        for _, name in ipairs(names) do
            excepted[interface.getnDPIProtoId(name)] = true
        end
        excepted[0] = nil
    end
    return excepted[flow.getnDPIAppProtoId()] or excepted[flow.getnDPIMasterProtoId()]
end

local function check(now, conf)
    if flow.getPacketsRcvd() > 0 then
        if flow.isStatusSet(STATUS.status_id) then
            flow.clearStatus(STATUS)
        end
        return
    end
    if flow.getPacketsSent() < (conf and conf.min_packets or DEFAULTS.min_packets) or not flow.isServerUnicast()
        or is_excepted(conf and conf.except or DEFAULTS.except) then
        return
    end
    if conf and conf.alert then
        flow.triggerStatus(STATUS, { packets = flow.getPacketsSent() }, 5, 5, 1)
    else
        flow.setStatus(STATUS, 5, 5, 1)
    end
end

script.hooks.periodicUpdate = check
script.hooks.flowEnd = check

return script
