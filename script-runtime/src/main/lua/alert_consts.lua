-- Alert types and severities by the names and numbers of the 2019 scripts.
local library = ...
local i18n = library("i18n")

local severities = {
    info = { severity_id = 0, i18n_title = "info" },
    warning = { severity_id = 1, i18n_title = "warning" },
    error = { severity_id = 2, i18n_title = "error" },
}
local severity_names = { [0] = "info", "warning", "error" }

local alert_types, names = {}, {}
local function define(id, key, title)
    alert_types[key] = { alert_id = id, alert_key = key, i18n_title = title, icon = "fa-exclamation" }
    names[id] = key
end

define(-1, "alert_none", "alerts_dashboard.none")
define(3, "alert_suspicious_activity", "alerts_dashboard.suspicious_activity")
define(4, "alert_connection_issues", "alerts_dashboard.connection_issues")
define(5, "alert_flow_misbehaviour", "alerts_dashboard.flow_misbehaviour")
define(6, "alert_remote_to_remote", "alerts_dashboard.remote_to_remote")
define(7, "alert_flow_blacklisted", "alerts_dashboard.blacklisted_flow")
define(8, "alert_flow_blocked", "alerts_dashboard.blocked_flow")
define(21, "alert_web_mining", "alerts_dashboard.web_mining")
define(24, "alert_device_protocol_not_allowed", "alerts_dashboard.device_protocol_not_allowed")
define(35, "external_alert", "alerts_dashboard.external_alert")
define(43, "alert_potentially_dangerous_protocol", "flow_details.potentially_dangerous_protocol")
define(48, "alert_malicious_signature", "alerts_dashboard.malicious_signature_detected")
define(57, "alert_blacklisted_country", "alerts_dashboard.blacklisted_country")
define(58, "alert_suspicious_country", "alerts_dashboard.suspicious_country")
define(87, "flow_alert_custom_lua_script", "alerts_dashboard.custom_alert")
for number = 1, 5 do
    define(58 + number, "custom_alert_" .. number, i18n("alerts_dashboard.custom_alert", { number = number }))
end

local alert_consts = {
    alert_severities = severities,
    alert_types = alert_types,
    ids_rule_maker = { GPL = "GPL", SURICATA = "Suricata", ET = "Emerging Threats" },
    custom_alert_1 = 59, custom_alert_2 = 60, custom_alert_3 = 61, custom_alert_4 = 62, custom_alert_5 = 63,
}

function alert_consts.alertSeverityById(id)
    return severities[severity_names[id]] or error("no alert severity with id " .. tostring(id), 2)
end

function alert_consts.alertSeverityRaw(id)
    return severity_names[id]
end

function alert_consts.alertTypeRaw(id)
    return names[id]
end

function alert_consts.alertSeverity(key)
    local severity = severities[key]
    return severity and severity.severity_id
end

function alert_consts.alertType(key)
    local alert_type = alert_types[key]
    return alert_type and alert_type.alert_id
end

return alert_consts
