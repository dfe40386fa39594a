-- Device types by number and name, as the 2019 scripts know them.
local NAMES = { [0] = "unknown", "printer", "video", "workstation", "laptop", "tablet", "phone", "tv", "networking",
    "wifi", "nas", "multimedia", "iot" }
local SPECIAL = { printer = true, video = true, tv = true, networking = true, wifi = true, nas = true,
    multimedia = true, iot = true }

local ids, types = {}, {}
for id = 0, #NAMES do
    ids[NAMES[id]] = id
    types[id] = NAMES[id]
end

local functions = {
    id2devtype = types,
    devtype2id = function(name) return ids[name] or 0 end,
    devtype2string = function(id) return NAMES[tonumber(id)] or "" end,
    isSpecialPurposeDevice = function(id) return SPECIAL[NAMES[tonumber(id)]] == true end,
}

-- The module as a script gets it, with a table of types of its own.
function functions.make()
    local module = { id2devtype = {} }
    for name, body in pairs(functions) do
        if name ~= "make" and name ~= "id2devtype" then
            module[name] = body
        end
    end
    for id = 0, #NAMES do
        module.id2devtype[id] = NAMES[id]
    end
    return module
end

return functions
