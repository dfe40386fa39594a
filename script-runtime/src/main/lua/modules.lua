-- What scripts of each generation can `require`, and which globals differ from generation to generation.
local library = ...

local function contents_are_global()
    return true
end

local function shallow(of)
    local copy = {}
    for key, value in pairs(of) do
        copy[key] = value
    end
    return copy
end

-- A module of ntopng's dispatcher: scripts may ask for it, and are told when they call it how the same is done here.
local function of_dispatcher(name, instead)
    return function()
        return setmetatable({}, {
            __index = function(_, key)
                error(name .. "." .. tostring(key) .. " is not there: " .. instead, 2)
            end,
        })
    end
end

-- Modules by name; each maker gets the generation and the globals of the script that asks.
local COMMON = {
    user_scripts = function(generation) return library("user_scripts_by_generation").of(generation) end,
    flow_consts = function(generation) return library("flow_consts").of(generation) end,
    alert_consts = function(generation) return library("alert_consts").of(generation) end,
    dkjson = function() return library("dkjson").make() end,
    discover_utils = function() return library("discover_utils").make() end,
    format_utils = function() return shallow(library("format_utils")) end,
    mud_utils = function(generation, globals) return library("mud_utils").of(generation, globals.flow) end,
    os_utils = function()
        return { fixPath = function(path) return path end, getPathDivider = function() return "/" end }
    end,
    alerts_api = of_dispatcher("alerts_api", "raise alerts by flow.triggerStatus"),
    recipients = of_dispatcher("recipients", "alerts go where --eve says"),
    locales_utils = of_dispatcher("locales_utils", "all texts are English; i18n gives them"),
    lua_utils = contents_are_global, flow_utils = contents_are_global, alert_utils = contents_are_global,
    ntop_utils = contents_are_global, lua_trace = contents_are_global,
}

local SINCE_4_0 = {
    plugins_utils = function(_, globals)
        return {
            loadModule = function(plugin, name)
                return globals.require(plugin .. "." .. name)
            end,
        }
    end,
}

local SINCE_4_2 = {
    flow_keys = function() return library("keys_4_2").flow_keys() end,
    alert_keys = function() return library("keys_4_2").alert_keys() end,
    alert_creators = function() return shallow(library("alert_creators")) end,
    flow_risk_utils = function() return library("flow_risk_utils").make() end,
    ids_utils = function() return shallow(library("ids_utils")) end,
}

-- Modules that a script's folder may bring in place of ours.
local REPLACEABLE = { flow_keys = true, alert_keys = true }

local HAS_4_0 = { ["4.0"] = true, ["4.2"] = true, open = true }
local HAS_4_2 = { ["4.2"] = true, open = true }

local function makers_of(generation)
    local makers = shallow(COMMON)
    for name, maker in pairs(HAS_4_0[generation] and SINCE_4_0 or {}) do
        makers[name] = maker
    end
    for name, maker in pairs(HAS_4_2[generation] and SINCE_4_2 or {}) do
        makers[name] = maker
    end
    return makers
end

local by_generation = {}

-- Name -> maker.
local function of(generation)
    by_generation[generation] = by_generation[generation] or makers_of(generation)
    return by_generation[generation]
end

-- "[L7] L4 client:port -> server:port [info]", info only where there is any.
local function label_of_2020(info)
    local extra = info.info
    return "[" .. info["proto.ndpi"] .. "] " .. info["proto.l4"] .. " " .. info["cli.ip"] .. ":" .. info["cli.port"]
        .. " -> " .. info["srv.ip"] .. ":" .. info["srv.port"]
        .. ((extra ~= nil and extra ~= "") and " [" .. extra .. "]" or "")
end

local L4_KEYS_OF_2019 = { tcp = true, udp = true, icmp = true, icmpv6 = true, igmp = true, other_ip = true }

-- Changes a script's globals to those of its generation.
local function settle(generation, globals)
    if generation == "4.0" or generation == "4.2" then
        globals.shortFlowLabel = label_of_2020
    elseif generation == "2019" then
        local keys = {}
        for _, entry in ipairs(globals.l4_keys) do
            if L4_KEYS_OF_2019[entry[2]] then
                keys[#keys + 1] = entry
            end
        end
        globals.l4_keys = keys
    end
    if generation == "current" then
        globals.user_scripts = nil
    else
        globals.user_scripts = library("user_scripts_by_generation").of(generation)
    end
end

local function names(generation)
    local list = {}
    for name in pairs(of(generation)) do
        list[#list + 1] = name
    end
    table.sort(list)
    return list
end

return { of = of, settle = settle, names = names, replaceable = REPLACEABLE }
