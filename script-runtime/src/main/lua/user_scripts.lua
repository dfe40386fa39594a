-- The `user_scripts` module: what scripts name in their `gui` table and attributes. There is no web page here, so the
-- input builders only describe themselves.
local units = {}
for _, unit in ipairs({ "seconds", "bytes", "flows", "packets", "mbits", "hosts", "syn_sec", "flow_sec", "percentage",
    "syn_min" }) do
    units[unit] = "field_units." .. unit
end

local categories = {}
for id, name in ipairs({ "other", "security", "internals", "network", "system" }) do
    categories[name] = {
        id = id - 1, icon = "fa-tag", i18n_title = "user_scripts.category_" .. name,
        i18n_descr = "user_scripts.category_" .. name .. "_descr",
    }
end

local user_scripts = {
    field_units = units,
    script_categories = categories,
    script_types = {
        flow = {
            parent_dir = "interface", subdirs = { "flow" },
            hooks = { "protocolDetected", "statusChanged", "flowEnd", "periodicUpdate" },
        },
        traffic_element = { parent_dir = "interface", hooks = { "min", "5mins", "hour", "day" }, subdirs = {} },
        syslog = { parent_dir = "syslog", hooks = { "handleEvent" }, subdirs = {} },
        snmp_device = { parent_dir = "system", hooks = { "snmpDevice", "snmpDeviceInterface" }, subdirs = {} },
        system = { parent_dir = "system", hooks = { "min", "5mins", "hour", "day" }, subdirs = {} },
    },
    DEFAULT_CONFIGSET_ID = 0,
    operator_functions = {
        gt = function(value, threshold) return value > threshold end,
        lt = function(value, threshold) return value < threshold end,
    },
}

function user_scripts.flow_checkbox_input_builder(script)
    return 'enabled_' .. tostring(script and script.key)
end

function user_scripts.checkbox_input_builder(_, input_id)
    return "enabled_" .. tostring(input_id)
end

function user_scripts.threshold_cross_input_builder(_, input_id)
    return "threshold_" .. tostring(input_id)
end

function user_scripts.isEnabled()
    return true
end

function user_scripts.getDefaultConfigValue(script)
    return type(script) == "table" and script.default_value or nil
end

return user_scripts
