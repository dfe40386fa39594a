-- The module `alert_consts` as scripts of each generation know it.
local library = ...
local severities = library("severities")
local alert_types = library("alert_types")

local function module_of(generation)
    local alert_consts = {
        alert_severities = {},
        alert_types = alert_types.of(generation),
        ids_rule_maker = { GPL = "GPL", SURICATA = "Suricata", ET = "Emerging Threats" },
    }
    for name, severity in pairs(severities.of(generation)) do
        alert_consts.alert_severities[name] = { severity_id = severity.severity_id, i18n_title = severity.i18n_title,
            icon = severity.icon }
    end
    if generation ~= "4.2" then
        for number = 1, 5 do
            alert_consts["custom_alert_" .. number] = 58 + number
        end
    end

    function alert_consts.alertSeverityById(id)
        local name = severities.name(generation, tonumber(id))
        return alert_consts.alert_severities[name] or error("no alert severity with id " .. tostring(id), 2)
    end

    function alert_consts.alertSeverityRaw(id)
        return severities.name(generation, tonumber(id))
    end

    function alert_consts.alertSeverity(name)
        local severity = alert_consts.alert_severities[name]
        return severity and severity.severity_id
    end

    function alert_consts.alertTypeRaw(id)
        local alert_type = alert_types.find(generation, tonumber(id))
        return alert_type and alert_type.name
    end

    function alert_consts.alertType(name)
        local alert_type = alert_types.by_name[name]
        return alert_type and alert_types.view_of(alert_type, generation).alert_id
    end
    return alert_consts
end

return { of = module_of }
