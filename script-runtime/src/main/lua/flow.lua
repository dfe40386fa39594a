-- The `flow` table of scripts: reads the event in hand through the structs, writes its verdict. Getters take no
-- argument unless shown. Getters that return numbers or short texts compile to plain loads; those that return tables
-- allocate what they return. Each group of functions has a module of its own, whose `public` functions come together
-- here.
local library = ...

local GROUPS = {
    "flow_status", "flow_peers", "flow_traffic", "flow_tcp", "flow_detection", "flow_application", "flow_icmp",
    "flow_info", "flow_short_names",
}

local flow = {}
for _, group in ipairs(GROUPS) do
    for name, body in pairs(library(group).public) do
        assert(flow[name] == nil, name)
        flow[name] = body
    end
end

local function names()
    local list = {}
    for name in pairs(flow) do
        list[#list + 1] = name
    end
    table.sort(list)
    return table.concat(list, "\n")
end

return { public = flow, names = names }
