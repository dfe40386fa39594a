-- The module `user_scripts` as each generation has it: the same functions, fewer or more of them.
local library = ...

local ONLY_2019 = { "flow_checkbox_input_builder", "checkbox_input_builder", "threshold_cross_input_builder",
    "isEnabled", "enableModule", "disableModule", "getDefaultConfigValue" }
local SINCE_4_0 = { "script_categories", "DEFAULT_CONFIGSET_ID", "loadModule", "listSubdirs", "getScriptType",
    "getConfigsets", "getConfigById", "getTargetConfig", "getTargetHookConfig", "loadDefaultConfig",
    "updateScriptConfig", "toggleScript", "deleteConfigset", "renameConfigset", "cloneConfigset",
    "setConfigsetTargets" }
local ONLY_4_2 = { "operator_functions" }

local LACKS = {
    ["2019"] = { SINCE_4_0, ONLY_4_2 }, ["4.0"] = { ONLY_2019, ONLY_4_2 }, ["4.2"] = { ONLY_2019 },
    current = {}, open = {},
}
local TYPES_SINCE_4_0 = { "snmp_device", "system" }

local function copy(value)
    if type(value) ~= "table" then
        return value
    end
    local result = {}
    for key, item in pairs(value) do
        result[key] = copy(item)
    end
    return result
end

-- The module, made anew for each script.
local function of(generation)
    local module = copy(library("user_scripts"))
    for _, names in ipairs(LACKS[generation]) do
        for _, name in ipairs(names) do
            module[name] = nil
        end
    end
    if generation == "2019" then
        for _, name in ipairs(TYPES_SINCE_4_0) do
            module.script_types[name] = nil
        end
        module.script_types.flow.subdirs = nil
    end
    if generation == "2019" or generation == "4.0" then
        module.script_types.host = nil
    end
    if generation == "4.0" then
        for _, category in pairs(module.script_categories) do
            category.id = category.id + 1
        end
    end
    return module
end

return { of = of }
