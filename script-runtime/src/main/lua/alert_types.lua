-- Alert types: one name each, a number in every generation, a title. Numbers of 2019 are those of its definitions; 4.0
-- gives numbers as it loads, so ours hold; 4.2 numbers by keys.
local library = ...
local i18n = library("i18n")

local by_name, by_id, by_key = {}, {}, {}

-- id: ours, and that of 2019 and 4.0; key: that of 4.2, nil where it has none.
local function define(id, name, title, key, since)
    local alert_type = { id = id, name = name, title = title, key = key, since = since, icon = "fas fa-exclamation" }
    by_name[name], by_id[id] = alert_type, alert_type
    if key then
        by_key[key] = alert_type
    end
    return alert_type
end

define(-1, "alert_none", "alerts_dashboard.none", 28)
define(3, "alert_suspicious_activity", "alerts_dashboard.suspicious_activity", 45)
define(4, "alert_connection_issues", "alerts_dashboard.connection_issues", 56)
define(5, "alert_flow_misbehaviour", "alerts_dashboard.flow_misbehaviour", 10)
define(6, "alert_remote_to_remote", "alerts_dashboard.remote_to_remote", 39)
define(7, "alert_flow_blacklisted", "alerts_dashboard.blacklisted_flow", 8)
define(8, "alert_flow_blocked", "alerts_dashboard.blocked_flow", 9)
define(21, "alert_web_mining", "alerts_dashboard.web_mining", 55)
define(24, "alert_device_protocol_not_allowed", "alerts_dashboard.device_protocol_not_allowed", 5)
define(35, "external_alert", "alerts_dashboard.external_alert", 7)
define(43, "alert_potentially_dangerous_protocol", "flow_details.potentially_dangerous_protocol", 36)
define(48, "alert_malicious_signature", "alerts_dashboard.malicious_signature_detected", 23)
define(58, "alert_suspicious_country", "alerts_dashboard.suspicious_country", nil, "open")
define(87, "flow_alert_custom_lua_script", "alerts_dashboard.custom_lua_script", nil, "current")
define(57, "alert_blacklisted_country", "alerts_dashboard.blacklisted_country", 1, "4.0")
define(101, "alert_internals", "alerts_dashboard.internals", 18, "4.0")
define(102, "alert_udp_unidirectional", "flow_details.udp_unidirectional", 51, "4.0")
define(103, "alert_suspicious_file_transfer", "alerts_dashboard.suspicious_file_transfer", 57, "4.2")
define(104, "alert_known_proto_on_non_std_port", "alerts_dashboard.known_proto_on_non_std_port", 58, "4.2")
define(105, "alert_flow_risk", "alerts_dashboard.flow_risk", 62, "4.2")
define(106, "alert_unexpected_dhcp", "unexpected_dhcp.unexpected_dhcp_title", 65, "4.2")
define(107, "alert_unexpected_dns", "unexpected_dns.unexpected_dns_title", 63, "4.2")
define(108, "alert_unexpected_smtp", "unexpected_smtp.unexpected_smtp_title", 64, "4.2")
define(109, "alert_unexpected_ntp", "unexpected_ntp.unexpected_ntp_title", 66, "4.2")
for number = 1, 5 do
    define(58 + number, "custom_alert_" .. number, i18n("alerts_dashboard.custom_alert", { number = number }))
    define(109 + number, "alert_user_0" .. number, i18n("alerts_dashboard.custom_alert", { number = number }),
        32767 + number, "4.2")
end

local FIRST_FREE, LAST_FREE = 120, 65534

-- A type that a definition file brings. id: of 2019; key: of 4.2; both nil: the next free one.
local function register(name, title, icon, id, key)
    local known = by_name[name] or (id and by_id[id]) or (key and by_key[key])
    if known then
        by_name[known.name] = nil
        known.name, known.title, known.icon = name, title, icon or known.icon
        by_name[name] = known
        return known
    end
    if id == nil then
        id = FIRST_FREE
        while by_id[id] do
            id = id + 1
        end
    end
    if id > LAST_FREE then
        return nil
    end
    local alert_type = define(id, name, title, key)
    alert_type.icon = icon or alert_type.icon
    return alert_type
end

local function title(alert_type)
    return i18n(alert_type.title) or alert_type.title
end

-- What scripts of a generation see of one.
local function view_of(alert_type, generation)
    local view = { i18n_title = alert_type.title, icon = alert_type.icon }
    if generation == "4.2" then
        view.alert_key = alert_type.key
        view.alert_id = alert_type.key
    else
        view.alert_id = alert_type.id
    end
    return view
end

-- Name -> view, of those that a generation has.
local function of(generation)
    local views = {}
    for name, alert_type in pairs(by_name) do
        local has = generation == "open" or (generation == "4.2" and alert_type.key ~= nil)
            or (generation ~= "4.2" and (alert_type.since == nil or alert_type.since == generation))
        if has then
            views[name] = view_of(alert_type, generation)
        end
    end
    return views
end

-- The type behind what a script gives: a number or table of its generation; nil where there is none.
local function find(generation, value)
    if type(value) == "table" then
        value = generation == "4.2" and (value.alert_key or value.alert_id) or value.alert_id
    end
    if generation == "4.2" then
        return by_key[value]
    end
    return by_id[value]
end

return { by_name = by_name, by_id = by_id, by_key = by_key, register = register, title = title, of = of,
    view_of = view_of, find = find }
