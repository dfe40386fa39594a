-- What a status says of one flow, from the table that its script gave with it; where that says nothing, the title.
local library = ...
local i18n = library("i18n")
local protocols = library("protocols")
local devices = library("discover_utils")

local TLS_VERSIONS = {
    [0x0300] = "SSLv3", [0x0301] = "TLSv1", [0x0302] = "TLSv1.1", [0x0303] = "TLSv1.2", [0x0304] = "TLSv1.3",
}

local texts = {}

local function bytes(value)
    local units, unit = { "Bytes", "KB", "MB", "GB", "TB" }, 1
    value = tonumber(value) or 0
    while value >= 1024 and unit < #units do
        value, unit = value / 1024, unit + 1
    end
    return (value % 1 == 0 and "%d %s" or "%.2f %s"):format(value, units[unit])
end

function texts.blacklisted(info)
    local who = {}
    for _, peer in ipairs({ { "cli", "client" }, { "srv", "server" }, { "cat", "category" } }) do
        if info["blacklisted." .. peer[1]] then
            who[#who + 1] = peer[2]
        end
    end
    return #who > 0 and i18n("status_texts.blacklisted", { who = table.concat(who, ", ") }) or nil
end

function texts.blacklisted_country(info)
    local where = {}
    if info.cli_blacklisted then
        where[#where + 1] = "client " .. tostring(info.cli_country)
    end
    if info.srv_blacklisted then
        where[#where + 1] = "server " .. tostring(info.srv_country)
    end
    return #where > 0 and i18n("status_texts.country", { where = table.concat(where, ", ") }) or nil
end

function texts.device_protocol_not_allowed(info)
    local peer = info.devproto_forbidden_peer
    if peer == nil then
        return nil
    end
    local device = devices.devtype2string(info[peer .. ".devtype"])
    return i18n("status_texts.device", {
        peer = peer == "cli" and "client" or "server", device = device == "" and "unknown" or device,
        protocol = protocols.protocols[tonumber(info.devproto_forbidden_id)] or protocols.unknown,
    })
end

local function elephant(key)
    return function(info)
        return info[key] and i18n("status_texts.elephant", { threshold = bytes(info[key]) }) or nil
    end
end

texts.elephant_local_to_remote = elephant("elephant.l2r_threshold")
texts.elephant_remote_to_local = elephant("elephant.r2l_threshold")

function texts.longlived(info)
    local threshold = info["longlived.threshold"]
    return threshold and i18n("status_texts.longlived", { threshold = threshold }) or nil
end

function texts.external_alert(info)
    local signature = info["alert.signature"] or (type(info.alert) == "table" and info.alert.signature)
    return (signature or info.source) and i18n("status_texts.external", {
        source = tostring(info.source), signature = signature or "",
    }) or nil
end

function texts.tls_certificate_mismatch(info)
    return (info["tls_crt.cli"] or info["tls_crt.srv"]) and i18n("status_texts.mismatch", {
        asked = tostring(info["tls_crt.cli"]), got = tostring(info["tls_crt.srv"]),
    }) or nil
end

function texts.tls_old_protocol_version(info)
    local version = tonumber(info.tls_version)
    return version and i18n("status_texts.old_tls", {
        version = TLS_VERSIONS[version] or ("0x%04X"):format(version),
    }) or nil
end

function texts.malicious_signature(info)
    local who = {}
    if info.cli_ja3_signature or info.ja3_signature then
        who[#who + 1] = "client " .. tostring(info.cli_ja3_signature or info.ja3_signature)
    end
    if info.srv_ja3_signature then
        who[#who + 1] = "server " .. tostring(info.srv_ja3_signature)
    end
    return #who > 0 and i18n("status_texts.signature", { who = table.concat(who, ", ") }) or nil
end

function texts.flow_risk(info)
    local text = protocols.risks[tonumber(info.risk_id)]
    return text and i18n("status_texts.risk", { risk = text }) or nil
end

local function unexpected(info)
    local server = type(info) == "table" and info[1] or nil
    return server and i18n("status_texts.unexpected", { server = server }) or nil
end

texts.unexpected_dhcp, texts.unexpected_dns, texts.unexpected_smtp, texts.unexpected_ntp =
    unexpected, unexpected, unexpected, unexpected

-- The text of a status about what `info` (a table or a text) says; nil where there is none to say.
return function(name, info)
    local describe = texts[name]
    if describe == nil or info == nil then
        return nil
    end
    return describe(type(info) == "table" and info or { info })
end
