-- Status definitions: number, precedence, severity and alert type of each, as the 2019 scripts know them.
local library = ...
local ffi = library("layout").ffi
local i18n = library("i18n")
local alert_consts = library("alert_consts")
local band, lshift = bit.band, bit.lshift

local types, severities = alert_consts.alert_types, alert_consts.alert_severities
local status_types, by_id = {}, {}

local function define(id, name, prio, relevance, severity, alert_type, title)
    local definition = {
        status_id = id, status_key = "status_" .. name, relevance = relevance, prio = prio,
        alert_severity = severities[severity], alert_type = types[alert_type], i18n_title = title,
    }
    status_types[definition.status_key] = definition
    by_id[id] = definition
end

define(0, "normal", 0, 0, "info", "alert_none", "flow_details.normal")
define(1, "slow_tcp_connection", 200, 10, "error", "alert_connection_issues", "flow_details.slow_tcp_connection")
define(2, "slow_application_header", 210, 10, "error", "alert_connection_issues",
    "flow_details.slow_application_header")
define(3, "slow_data_exchange", 220, 10, "error", "alert_connection_issues", "flow_details.slow_data_exchange")
define(4, "low_goodput", 230, 10, "error", "alert_connection_issues", "flow_details.low_goodput")
define(5, "suspicious_tcp_syn_probing", 290, 30, "error", "alert_suspicious_activity",
    "flow_details.suspicious_tcp_syn_probing")
define(6, "tcp_connection_issues", 205, 10, "error", "alert_connection_issues", "flow_details.tcp_connection_issues")
define(7, "suspicious_tcp_probing", 280, 30, "error", "alert_suspicious_activity",
    "flow_details.suspicious_tcp_probing")
define(8, "flow_when_interface_alerted", 10, 10, "error", "alert_flow_misbehaviour", "flow_details.flow_emitted")
define(9, "tcp_connection_refused", 340, 10, "error", "alert_suspicious_activity",
    "flow_details.tcp_connection_refused")
define(10, "tls_certificate_mismatch", 360, 50, "error", "alert_potentially_dangerous_protocol",
    "flow_details.tls_certificate_mismatch")
define(11, "dns_invalid_query", 400, 30, "error", "alert_suspicious_activity", "flow_details.dns_invalid_query")
define(12, "remote_to_remote", 190, 50, "error", "alert_remote_to_remote", "flow_details.remote_to_remote")
define(13, "blacklisted", 700, 100, "error", "alert_flow_blacklisted", "flow_details.blacklisted_flow")
define(14, "blocked", 150, 50, "info", "alert_flow_blocked", "flow_details.flow_blocked_by_bridge")
define(15, "web_mining_detected", 350, 50, "error", "alert_web_mining", "flow_details.web_mining_detected")
define(16, "device_protocol_not_allowed", 600, 80, "error", "alert_device_protocol_not_allowed",
    "flow_details.suspicious_device_protocol")
define(17, "elephant_local_to_remote", 430, 20, "error", "alert_flow_misbehaviour", "flow_details.elephant_flow_l2r")
define(18, "elephant_remote_to_local", 431, 20, "error", "alert_flow_misbehaviour", "flow_details.elephant_flow_r2l")
define(19, "longlived", 440, 20, "error", "alert_flow_misbehaviour", "flow_details.longlived_flow")
define(20, "not_purged", 50, 0, "error", "alert_connection_issues", "flow_details.not_purged")
define(21, "external_alert", 680, 0, "error", "external_alert", "alerts_dashboard.external_alert")
define(22, "tcp_severe_connection_issues", 270, 20, "error", "alert_connection_issues",
    "flow_details.tcp_severe_connection_issues")
define(23, "tls_unsafe_ciphers", 390, 50, "error", "alert_potentially_dangerous_protocol",
    "flow_details.tls_unsafe_ciphers")
define(24, "data_exfiltration", 640, 30, "error", "alert_flow_misbehaviour", "flow_details.data_exfiltration")
define(25, "tls_old_protocol_version", 470, 30, "error", "alert_potentially_dangerous_protocol",
    "flow_details.tls_old_protocol_version")
define(26, "potentially_dangerous", 670, 20, "error", "alert_potentially_dangerous_protocol",
    "flow_details.potentially_dangerous_protocol")
define(27, "malicious_signature", 690, 80, "warning", "alert_malicious_signature",
    "alerts_dashboard.malicious_signature_detected")
define(28, "udp_unidirectional", 195, 50, "info", "alert_suspicious_activity", "flow_details.udp_unidirectional")
-- Ours, for the sample script and the library.
define(29, "suspicious_country", 500, 50, "error", "alert_suspicious_country", "flow_details.suspicious_country")
define(30, "blacklisted_country", 510, 50, "error", "alert_blacklisted_country", "alerts_dashboard.blacklisted_country")
-- The documentation uses these without a definition of their own, so they have one.
for number = 1, 5 do
    define(58 + number, "custom_status_" .. number, 700 + number, 50, "error", "custom_alert_" .. number,
        i18n("custom_status", { number = number }))
end

local flow_consts = {
    status_types = status_types,
    max_score = 1000,
    custom_status_1 = 59, custom_status_2 = 60, custom_status_3 = 61, custom_status_4 = 62, custom_status_5 = 63,
}

-- The definition behind whatever a script names a status by: number, key with or without "status_", definition.
local function definition_of(status)
    if type(status) == "table" then
        return by_id[status.status_id] or (type(status.status_type) == "table" and definition_of(status.status_type))
            or nil
    elseif type(status) == "string" and tonumber(status) == nil then
        return status_types[status] or status_types["status_" .. status]
    end
    return by_id[tonumber(status)]
end

local function title(definition)
    return i18n(definition.i18n_title) or definition.i18n_title
end

-- Scripts get copies: what they change in them changes nothing for anybody else.
local function copy_of(value)
    if type(value) ~= "table" then
        return value
    end
    local copy = {}
    for key, item in pairs(value) do
        copy[key] = copy_of(item)
    end
    return copy
end

function flow_consts.getStatusInfo(id)
    return copy_of(definition_of(id))
end

function flow_consts.getStatusType(id)
    local definition = definition_of(id)
    return definition and definition.status_key
end

function flow_consts.getStatusTitle(id)
    local definition = definition_of(id)
    return definition and title(definition)
end

function flow_consts.getStatusDescription(id, info)
    local definition = definition_of(id)
    if definition == nil then
        return nil
    end
    if type(definition.i18n_description) == "function" then
        return definition.i18n_description(id, info)
    end
    return title(definition)
end

function flow_consts.getStatusIcon(id)
    local definition = definition_of(id)
    return definition and definition.alert_type.icon
end

local by_prio = {}
for _, definition in pairs(by_id) do
    by_prio[#by_prio + 1] = definition
end
table.sort(by_prio, function(a, b) return a.prio > b.prio end)

-- The set bit of highest precedence; nil where no known bit is set.
local function predominant(bitmap)
    local bits = ffi.cast("uint64_t", bitmap)
    for i = 1, #by_prio do
        if band(bits, lshift(1ULL, by_prio[i].status_id)) ~= 0 then
            return by_prio[i]
        end
    end
    return nil
end

function flow_consts.getPredominantStatus(bitmap)
    return copy_of(predominant(bitmap))
end

-- Lines of "id key", keys without their "status_".
local function keys()
    local lines = {}
    for id = 0, 63 do
        if by_id[id] then
            lines[#lines + 1] = id .. " " .. by_id[id].status_key:gsub("^status_", "")
        end
    end
    return table.concat(lines, "\n")
end

return { keys = keys, public = flow_consts, definition_of = definition_of, predominant = predominant,
    title = title, by_id = by_id }
