-- The `user_scripts` module: what scripts name in their `gui` table and attributes, and what they may know of the
-- configuration. There is no web page here, so the input builders only describe themselves; the configuration is
-- written in the settings file, so the functions that would change it say that they did not. Other scripts are shown
-- as data: their functions stay their own.
local library = ...
local registry = library("registry")
local as_json = library("script_settings").as_json

local HOOKS = { "protocolDetected", "statusChanged", "flowEnd", "periodicUpdate" }
local CONFIGURATION = 0

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
        flow = { parent_dir = "interface", subdirs = { "flow" }, hooks = HOOKS },
        traffic_element = { parent_dir = "interface", hooks = { "min", "5mins", "hour", "day" }, subdirs = {} },
        host = { parent_dir = "interface", hooks = { "min", "5mins", "hour", "day" }, subdirs = {} },
        syslog = { parent_dir = "syslog", hooks = { "handleEvent" }, subdirs = {} },
        snmp_device = { parent_dir = "system", hooks = { "snmpDevice", "snmpDeviceInterface" }, subdirs = {} },
        system = { parent_dir = "system", hooks = { "min", "5mins", "hour", "day" }, subdirs = {} },
    },
    DEFAULT_CONFIGSET_ID = CONFIGURATION,
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

-- Values only: a function of another script would run with that script's globals.
local function data_of(value)
    if type(value) ~= "table" then
        return type(value) ~= "function" and value or nil
    end
    local copy = {}
    for key, item in pairs(value) do
        copy[key] = data_of(item)
    end
    return copy
end

local function is_flow(script_type, subdir)
    local named = type(script_type) == "table" and script_type.parent_dir == "interface" and subdir ~= "host"
    return named or script_type == "flow" or subdir == "flow"
end

-- Scripts are given by table, by key, or by path.
local function entry_of(script)
    if type(script) == "table" then
        script = script.key
    end
    if type(script) ~= "string" then
        return nil
    end
    return registry.find(script) or registry.find(script:match("([^/]+)%.lua$") or "")
end

local function description(entry)
    local copy = data_of(entry.script)
    copy.hooks, copy.enabled, copy.subdir, copy.source_path = {}, entry.enabled, "flow", entry.path
    for _, name in ipairs(HOOKS) do
        if entry.hooks[name] then
            copy.hooks[name] = true
        end
    end
    return copy
end

local function hook_config(entry)
    return { enabled = entry.enabled, script_conf = as_json(entry.conf) }
end

local function whole_configuration()
    local flow = {}
    for _, key in ipairs(registry.keys()) do
        flow[key] = { all = hook_config(registry.find(key)) }
    end
    return flow
end

-- load(script_type, ifid, subdir, hook_filter, ignore_disabled) of 2019, load(ifid, script_type, subdir, options)
-- later.
function user_scripts.load(first, second, subdir, options, ignore_disabled)
    local early = type(first) == "table"
    local filter, all = options, ignore_disabled
    if not early then
        options = type(options) == "table" and options or {}
        filter, all = options.hook_filter, options.return_all
    end
    local result = { modules = {}, hooks = {}, conf = {} }
    for _, name in ipairs(HOOKS) do
        result.hooks[name] = {}
    end
    if not is_flow(early and first or second, subdir) then
        return result
    end
    for _, key in ipairs(registry.keys()) do
        local entry = registry.find(key)
        if (entry.enabled or all) and (filter == nil or entry.hooks[filter]) then
            result.modules[key] = description(entry)
            for name in pairs(result.modules[key].hooks) do
                result.hooks[name][key] = true
            end
        end
    end
    return result
end

function user_scripts.loadModule(_, script_type, subdir, key)
    local entry = is_flow(script_type, subdir) and entry_of(key)
    return entry and description(entry) or nil
end

function user_scripts.listScripts(script_type, subdir)
    local keys = {}
    if is_flow(script_type, subdir) then
        for i, key in ipairs(registry.keys()) do
            keys[i] = key
        end
    end
    return keys
end

function user_scripts.listSubdirs(script_type)
    return is_flow(script_type) and { { id = "flow", label = "Flows", children = {} } } or {}
end

function user_scripts.getScriptType(name)
    return user_scripts.script_types[name]
end

-- Folders of scripts; those of this machine's scripts for flows.
function user_scripts.getSubdirectoryPath(script_type, subdir)
    local folders, seen = {}, {}
    for _, key in ipairs(is_flow(script_type, subdir) and registry.keys() or {}) do
        local folder = registry.find(key).folder
        if not seen[folder] then
            seen[folder] = true
            folders[#folders + 1] = folder
        end
    end
    return folders
end

function user_scripts.isEnabled(_, _, key)
    local entry = entry_of(key)
    return entry == nil or entry.enabled
end

function user_scripts.getDefaultConfigValue(script)
    return type(script) == "table" and script.default_value or nil
end

function user_scripts.getConfigsets()
    return {
        [CONFIGURATION] = {
            id = CONFIGURATION, name = "Default", targets = {}, config = { flow = whole_configuration() },
        },
    }
end

function user_scripts.getConfigById(configsets, _, subdir)
    local set = type(configsets) == "table" and configsets[CONFIGURATION]
    local config = set and set.config and set.config[subdir or "flow"] or {}
    return config, CONFIGURATION
end

function user_scripts.getTargetConfig(configsets, subdir)
    return user_scripts.getConfigById(configsets, nil, subdir)
end

-- What the configuration says of a script, or else what the script itself says.
function user_scripts.getTargetHookConfig(config, script, hook)
    local key = type(script) == "table" and script.key or script
    local of_script = type(config) == "table" and config[key]
    local found = of_script and (of_script[hook or "all"] or of_script.all)
    if found then
        return found
    end
    local entry = entry_of(script)
    if entry then
        return hook_config(entry)
    end
    script = type(script) == "table" and script or {}
    return { enabled = script.default_enabled ~= false, script_conf = as_json(script.default_value or {}) }
end

local function not_changed()
    return false, "the configuration is written in the file that --script-config names"
end

for _, name in ipairs({ "enableModule", "disableModule", "toggleScript", "updateScriptConfig", "loadDefaultConfig",
    "deleteConfigset", "renameConfigset", "cloneConfigset", "setConfigsetTargets" }) do
    user_scripts[name] = not_changed
end

-- Times of hooks are in the histograms, not here.
for _, name in ipairs({ "getLastBenchmark", "getAggregatedStats" }) do
    user_scripts[name] = function() return {} end
end
for _, name in ipairs({ "teardown", "runPeriodicScripts", "benchmark_dump", "ts_dump" }) do
    user_scripts[name] = function() end
end

return user_scripts
