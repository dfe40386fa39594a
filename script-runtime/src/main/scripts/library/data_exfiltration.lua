-- Reports data that leaves by ways which are not made for data: in pings, in DNS queries, in uploads without an answer.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_data_exfiltration
local DEFAULTS = {
    icmp_payload_bytes = 512, icmp_bytes = 64 * 1024,
    dns_sent_bytes = 32 * 1024,
    upload_bytes = 500 * 1024 * 1024, upload_ratio = 20,
}
local DNS = interface.getnDPIProtoId("DNS")

local script = {
    api = "4.0",
    hooks = {},
    periodic_update_seconds = 30,
    default_enabled = true,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.security,
    gui = {
        i18n_title = "Data exfiltration",
        i18n_description = "Reports data that leaves in pings, in DNS queries, or in uploads that bring nothing back",
        settings = {
            icmp_payload_bytes = "payload of an ICMP message above which it may carry data, in bytes",
            icmp_bytes = "bytes of such a flow that are not yet reported",
            dns_sent_bytes = "bytes of DNS queries in one flow that are not yet reported",
            upload_bytes = "bytes from a local to a remote host that are not yet reported",
            upload_ratio = "how many times what came back such an upload must be",
        },
    },
}

-- Way and bytes by which data leaves, nil where none does.
local function leak(conf)
    local sent, received = flow.getBytesSent(), flow.getBytesRcvd()
    if flow.getMaxSeenIcmpPayloadSize() > (conf.icmp_payload_bytes or DEFAULTS.icmp_payload_bytes)
        and sent + received > (conf.icmp_bytes or DEFAULTS.icmp_bytes) then
        return "icmp", sent + received
    end
    if sent > (conf.dns_sent_bytes or DEFAULTS.dns_sent_bytes)
        and (flow.getnDPIMasterProtoId() == DNS or flow.getnDPIAppProtoId() == DNS) then
        return "dns", sent
    end
    if not flow.isLocalToRemote() then
        sent, received = flow.isRemoteToLocal() and received or 0, sent
    end
    if sent > (conf.upload_bytes or DEFAULTS.upload_bytes)
        and sent > received * (conf.upload_ratio or DEFAULTS.upload_ratio) then
        return "upload", sent
    end
    return nil
end

local function check(now, conf)
    local way, bytes = leak(conf or DEFAULTS)
    if way ~= nil then
        flow.triggerStatus(STATUS, { way = way, bytes = bytes }, 80, 80, 20)
    end
end

script.hooks.periodicUpdate = check
script.hooks.flowEnd = check

return script
