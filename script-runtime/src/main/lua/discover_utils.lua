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

return {
    id2devtype = types,
    devtype2id = function(name) return ids[name] or 0 end,
    devtype2string = function(id) return NAMES[tonumber(id)] or "" end,
    isSpecialPurposeDevice = function(id) return SPECIAL[NAMES[tonumber(id)]] == true end,
}
