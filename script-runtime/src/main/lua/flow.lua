-- The `flow` tables of scripts, one per generation: reads the event in hand through the structs, writes its verdict.
-- Getters that return numbers or short texts compile to plain loads; those that return tables allocate what they
-- return. What another function returned stands in parentheses there, so that it is no tail call: LuaJIT gives a trace
-- up that has more than fifteen, and all hooks of an event are one trace.
-- What there is, and in which generation, says flow_api.lua; each group of functions has a module of its own: its
-- `public` functions serve every generation, those `by_generation` only theirs; no name is both.
local library = ...
local api = library("flow_api")
local generations = library("generations")

local GROUPS = {
    "flow_status", "flow_peers", "flow_devices", "flow_traffic", "flow_tcp", "flow_detection", "flow_application",
    "flow_tls", "flow_icmp", "flow_info", "flow_full_info", "flow_mud", "flow_short_names",
}
local STATUS = { ["2019"] = "flow_status_2019", ["4.0"] = "flow_status_4_0", ["4.2"] = "flow_status_4_2",
    current = "flow_status_current", open = "flow_status_open" }

-- Which functions a generation has from another.
local BORROWED = {
    ["2019"] = { open = "addStatus getClientScore getServerScore incScore storeAlert" },
    ["4.0"] = { open = "incScore" },
    ["4.2"] = { open = "isAlerted" },
    open = {
        ["2019"] = "getPredominantStatus getScore getScoreInfo getStatus setClientScore setPredominantStatus setScore "
            .. "setServerScore",
        current = "tls_quic",
    },
}
-- Those that count the others: made at the end.
local NUMBERED = { methodNamesToIds = true, callMethodById = true }

local common, special = {}, {}
for _, generation in ipairs(generations.all) do
    special[generation] = {}
end

local function take(functions, into, where)
    for name, body in pairs(functions) do
        assert(into[name] == nil, name .. " is twice in " .. where)
        into[name] = body
    end
end

for _, group in ipairs(GROUPS) do
    local module = library(group)
    take(module.public, common, "the common functions")
    for generation, functions in pairs(module.by_generation or {}) do
        take(functions, special[generation], generation)
    end
end
for generation, module in pairs(STATUS) do
    take(library(module).public, special[generation], generation)
end

local names = {}
for _, generation in ipairs(generations.all) do
    names[generation] = {}
    for name in pairs(api.rows_of(generation)) do
        names[generation][name] = not NUMBERED[name] or nil
    end
end
local tables = library("flow_origins")(names, common, special, BORROWED)

-- Once functions could be called by numbers: those of their names in order.
local function add_numbered(functions)
    local names = {}
    for name in pairs(functions) do
        names[#names + 1] = name
    end
    table.sort(names)
    local by_number = {}
    for number, name in ipairs(names) do
        by_number[number] = functions[name]
    end

    function functions.methodNamesToIds()
        local numbers = {}
        for number, name in ipairs(names) do
            numbers[name] = number
        end
        return numbers
    end

    function functions.callMethodById(number, ...)
        local body = by_number[number]
        if body == nil then
            error("callMethodById: no function has the number " .. tostring(number)
                .. "; methodNamesToIds() has them", 2)
        end
        return body(...)
    end
end

add_numbered(tables.open)
add_numbered(tables["2019"])

return {
    of = function(generation)
        return tables[generation]
    end,
}
