-- All statuses that a flow can have: one bit each, the same for scripts of every generation, so that they see each
-- other's. 2019's numbers are the bits; 4.0 gives numbers as it loads, so the bits serve; 4.2 has numbers of its own,
-- its keys, which are translated here.
local library = ...
local alert_types = library("alert_types")
local severities = library("severities")
local i18n = library("i18n")
local levels = severities.levels

local by_id, by_name, by_key = {}, {}, {}

local function define(id, name, fields)
    fields.id, fields.name = id, name
    fields.level = levels[fields.severity]
    by_id[id], by_name[name] = fields, fields
    if fields.key then
        by_key[fields.key] = fields
    end
    return fields
end

-- id, name, precedence and relevance of 2019, severity, alert type, title; then of 4.2: key, and where they differ,
-- severity and alert type.
local function old(id, name, prio, relevance, severity, alert, title, key, severity_4_2, alert_4_2)
    return define(id, name, {
        prio = prio, relevance = relevance, severity = severity, alert = alert, title = title, key = key,
        severity_4_2 = severity_4_2, alert_4_2 = alert_4_2, ["2019"] = true,
    })
end

local ISSUES, SUSPICIOUS = "alert_connection_issues", "alert_suspicious_activity"
local MISBEHAVIOUR = "alert_flow_misbehaviour"
local DANGEROUS = "alert_potentially_dangerous_protocol"

old(0, "normal", 0, 0, "info", "alert_none", "flow_details.normal", 0)
old(1, "slow_tcp_connection", 200, 10, "error", ISSUES, "flow_details.slow_tcp_connection")
old(2, "slow_application_header", 210, 10, "error", ISSUES, "flow_details.slow_application_header")
old(3, "slow_data_exchange", 220, 10, "error", ISSUES, "flow_details.slow_data_exchange")
old(4, "low_goodput", 230, 10, "error", ISSUES, "flow_details.low_goodput", 12, "info")
old(5, "suspicious_tcp_syn_probing", 290, 30, "error", SUSPICIOUS, "flow_details.suspicious_tcp_syn_probing", 18,
    "info")
old(6, "tcp_connection_issues", 205, 10, "error", ISSUES, "flow_details.tcp_connection_issues", 19, "notice")
old(7, "suspicious_tcp_probing", 280, 30, "error", SUSPICIOUS, "flow_details.suspicious_tcp_probing", 17, "info")
old(8, "flow_when_interface_alerted", 10, 10, "error", MISBEHAVIOUR, "flow_details.flow_emitted")
old(9, "tcp_connection_refused", 340, 10, "error", SUSPICIOUS, "flow_details.tcp_connection_refused", 20, "info")
old(10, "tls_certificate_mismatch", 360, 50, "error", DANGEROUS, "flow_details.tls_certificate_mismatch", 23)
old(11, "dns_invalid_query", 400, 30, "error", SUSPICIOUS, "flow_details.dns_invalid_query", 7)
old(12, "remote_to_remote", 190, 50, "error", "alert_remote_to_remote", "flow_details.remote_to_remote", 16, "notice")
old(13, "blacklisted", 700, 100, "error", "alert_flow_blacklisted", "flow_details.blacklisted_flow", 1)
old(14, "blocked", 150, 50, "info", "alert_flow_blocked", "flow_details.flow_blocked_by_bridge", 3)
old(15, "web_mining_detected", 350, 50, "error", "alert_web_mining", "flow_details.web_mining_detected", 27)
old(16, "device_protocol_not_allowed", 600, 80, "error", "alert_device_protocol_not_allowed",
    "flow_details.suspicious_device_protocol", 5)
old(17, "elephant_local_to_remote", 430, 20, "error", MISBEHAVIOUR, "flow_details.elephant_flow_l2r", 8)
old(18, "elephant_remote_to_local", 431, 20, "error", MISBEHAVIOUR, "flow_details.elephant_flow_r2l", 9)
old(19, "longlived", 440, 20, "error", MISBEHAVIOUR, "flow_details.longlived_flow", 11)
old(20, "not_purged", 50, 0, "error", ISSUES, "flow_details.not_purged", 14, "error", "alert_internals")
old(21, "external_alert", 680, 0, "error", "external_alert", "alerts_dashboard.external_alert", 10)
old(22, "tcp_severe_connection_issues", 270, 20, "error", ISSUES, "flow_details.tcp_severe_connection_issues", 21,
    "warning")
old(23, "tls_unsafe_ciphers", 390, 50, "error", DANGEROUS, "flow_details.tls_unsafe_ciphers", 25)
old(24, "data_exfiltration", 640, 30, "error", MISBEHAVIOUR, "flow_details.data_exfiltration", 4)
old(25, "tls_old_protocol_version", 470, 30, "error", DANGEROUS, "flow_details.tls_old_protocol_version", 24)
old(26, "potentially_dangerous", 670, 20, "error", DANGEROUS, "flow_details.potentially_dangerous_protocol", 15)
old(27, "malicious_signature", 690, 80, "warning", "alert_malicious_signature",
    "alerts_dashboard.malicious_signature_detected", 13)
old(28, "udp_unidirectional", 195, 50, "info", SUSPICIOUS, "flow_details.udp_unidirectional", 26, "notice",
    "alert_udp_unidirectional")
by_name.not_purged.alert_4_0, by_name.udp_unidirectional.alert_4_0 = "alert_internals", "alert_udp_unidirectional"

-- Ours, for the sample script.
define(29, "suspicious_country", { prio = 500, relevance = 50, severity = "error", alert = "alert_suspicious_country",
    title = "flow_details.suspicious_country" })

-- Those that came after 2019, with a precedence of ours for scripts that set them without a score.
local function later(id, name, prio, severity, alert, title, key)
    return define(
        id, name, { prio = prio, relevance = 50, severity = severity, alert = alert, title = title, key = key })
end

later(30, "blacklisted_country", 510, "error", "alert_blacklisted_country", "alerts_dashboard.blacklisted_country", 2)
later(31, "dns_data_exfiltration", 641, "error", MISBEHAVIOUR, "flow_details.dns_data_exfiltration", 6)
later(32, "tls_certificate_expired", 361, "error", DANGEROUS, "flow_details.tls_certificate_expired", 22)
later(33, "tls_certificate_selfsigned", 362, "error", DANGEROUS, "flow_details.tls_certificate_selfsigned", 28)
later(34, "suspicious_file_transfer", 660, "error", "alert_suspicious_file_transfer",
    "alerts_dashboard.suspicious_file_transfer", 29)
later(35, "known_proto_on_non_std_port", 300, "info", "alert_known_proto_on_non_std_port",
    "alerts_dashboard.known_proto_on_non_std_port", 30)
later(36, "flow_risk", 310, "warning", "alert_flow_risk", "alerts_dashboard.flow_risk", 31)
later(37, "unexpected_dhcp", 620, "error", "alert_unexpected_dhcp", "unexpected_dhcp.unexpected_dhcp_title", 32)
later(38, "unexpected_dns", 621, "error", "alert_unexpected_dns", "unexpected_dns.unexpected_dns_title", 33)
later(39, "unexpected_smtp", 622, "error", "alert_unexpected_smtp", "unexpected_smtp.unexpected_smtp_title", 34)
later(40, "unexpected_ntp", 623, "error", "alert_unexpected_ntp", "unexpected_ntp.unexpected_ntp_title", 35)
later(41, "example", 100, "error", SUSPICIOUS, "flow_details.example")

local FIRST_FREE, LAST_FREE, FIRST_CUSTOM = 42, 58, 59

-- The documentation uses these without a definition of their own, so they have one; a definition file takes its place.
for number = 1, 5 do
    define(58 + number, "custom_status_" .. number, {
        prio = 700 + number, relevance = 50, severity = "error", alert = "custom_alert_" .. number,
        title = i18n("custom_status", { number = number }), key = 58 + number, provisional = true, ["2019"] = true,
    })
end

local undefined = {}

-- A bit without a definition, which scripts may set and clear all the same; nil where it is none of a flow's bits.
local function bare(id)
    if type(id) ~= "number" or id < 1 or id > 63 or id % 1 ~= 0 then
        return nil
    end
    undefined[id] = undefined[id] or { id = id, name = "status_" .. id, prio = -1 }
    return undefined[id]
end

local function has(status, generation)
    if generation == "open" then
        return true
    elseif generation == "4.2" then
        return status.key ~= nil and not status.provisional
    elseif generation == "4.0" then
        -- 4.0 has no fixed set: whatever 2019 or 4.2 define may be there.
        return not status.provisional or status.id >= FIRST_CUSTOM
    end
    return status[generation] == true
end

local function alert_of(status, generation)
    local name = (generation == "4.2" and status.alert_4_2) or (generation == "4.0" and status.alert_4_0)
        or status.alert
    return alert_types.by_name[name] or alert_types.by_name[status.alert]
end

local function level_of(status, generation)
    return generation == "4.2" and levels[status.severity_4_2] or status.level
end

local function title(status)
    return i18n(status.title) or status.title
end

local function next_free()
    for id = FIRST_FREE, LAST_FREE do
        if by_id[id] == nil then
            return id
        end
    end
    for id = 63, FIRST_CUSTOM, -1 do
        if by_id[id].provisional then
            return id
        end
    end
    return nil
end

-- A status that a definition file brings. fields: prio, relevance, severity, alert, title, description, key. Returns
-- the status, or nil and what is wrong.
local function register(generation, name, id, fields)
    local known = by_name[name]
    if known and not known.provisional then
        for field, value in pairs(fields) do
            if field ~= "key" then
                known[field] = value
            end
        end
        known.level = levels[known.severity]
        return known
    end
    if id == nil then
        id = next_free()
        if id == nil then
            return nil, "all 64 statuses are in use"
        end
    end
    local present = by_id[id]
    if present and not present.provisional then
        return nil, "status " .. id .. " is '" .. present.name .. "' already: give it a number of its own, 59 to 63"
    end
    for _, other in pairs(by_id) do
        if generation == "2019" and other.prio == fields.prio and other ~= present then
            return nil, "prio " .. tostring(fields.prio) .. " is that of '" .. other.name .. "': give it one of its own"
        end
    end
    if present then
        by_name[present.name] = nil
        if present.key then
            by_key[present.key] = nil
        end
    end
    fields["2019"], fields.custom = true, true
    fields.prio = fields.prio or 700
    fields.relevance = fields.relevance or 50
    fields.key = fields.key or (id >= FIRST_CUSTOM and id or nil)
    return define(id, name, fields)
end

-- Lines of "id name".
local function names()
    local lines = {}
    for id = 0, 63 do
        if by_id[id] then
            lines[#lines + 1] = id .. " " .. by_id[id].name
        end
    end
    return table.concat(lines, "\n")
end

return { by_id = by_id, by_name = by_name, by_key = by_key, bare = bare, has = has, alert_of = alert_of,
    level_of = level_of, title = title, register = register, names = names }
