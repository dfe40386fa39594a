-- Names behind numbers: IP protocols, and nDPI's protocols, categories, breeds and risks as the engine has them.
local _, settings = ...

local l4_names = {
    [0] = "IP", [1] = "ICMP", [2] = "IGMP", [6] = "TCP", [17] = "UDP", [41] = "IPv6", [46] = "RSVP", [47] = "GRE",
    [50] = "ESP", [51] = "AH", [58] = "IPv6-ICMP", [89] = "OSPF", [103] = "PIM", [112] = "VRRP", [139] = "HIP",
}
local l4_text = {}
for number = 0, 255 do
    l4_text[number] = l4_names[number] or tostring(number)
end

-- Title, filter name, number: what scripts' l4_proto may say.
local l4_keys = {
    { "TCP", "tcp", 6 }, { "UDP", "udp", 17 }, { "ICMP", "icmp", 1 }, { "ICMPv6", "icmpv6", 58 },
    { "IGMP", "igmp", 2 }, { "IP", "ip", 0 }, { "IPv6", "ipv6", 41 }, { "RSVP", "rsvp", 46 }, { "GRE", "gre", 47 },
    { "ESP", "esp", 50 }, { "IPv6-ICMP", "ipv6icmp", 58 }, { "OSPF", "ospf", 89 }, { "PIM", "pim", 103 },
    { "VRRP", "vrrp", 112 }, { "HIP", "hip", 139 }, { "SCTP", "sctp", 132 }, { "Other IP", "other_ip", -1 },
}
local l4_ids = {}
for _, entry in ipairs(l4_keys) do
    l4_ids[entry[2]] = entry[3]
end

local function zero_based(list)
    local names = {}
    for i, name in ipairs(list) do
        names[i - 1] = name
    end
    return names
end

local protocols = zero_based(settings.protocols)
local categories = zero_based(settings.categories)
local breeds = zero_based(settings.breeds)
local risks = zero_based(settings.risks)
local category_of = zero_based(settings.protocol_categories)
local breed_of = zero_based(settings.protocol_breeds)

local ids = {}
for id = #settings.protocols - 1, 0, -1 do
    ids[protocols[id]:lower()] = id
end
local category_ids = {}
for id = 0, #settings.categories - 1 do
    if categories[id] ~= "" then
        category_ids[categories[id]:lower()] = id
    end
end

local risk_ids = {}
for id = 0, #settings.risks - 1 do
    risk_ids[risks[id]:lower()] = id
end

local unknown = protocols[0] or "Unknown"
local pairs_of_names = {}

-- "Master.App", or the one name where only one is known or both are equal; each pair's text is made once.
local function name_of(master, app)
    local key = master * 65536 + app
    local text = pairs_of_names[key]
    if text == nil then
        if master == 0 or master == app then
            text = protocols[app] or unknown
        elseif app == 0 then
            text = protocols[master] or unknown
        else
            text = (protocols[master] or unknown) .. "." .. (protocols[app] or unknown)
        end
        pairs_of_names[key] = text
    end
    return text
end

return {
    l4_text = l4_text,
    l4_keys = l4_keys,
    l4_ids = l4_ids,
    protocols = protocols,
    categories = categories,
    breeds = breeds,
    risks = risks,
    risk_ids = risk_ids,
    risk_count = #settings.risks,
    category_of = category_of,
    breed_of = breed_of,
    ids = ids,
    category_ids = category_ids,
    name_of = name_of,
    unknown = unknown,
}
