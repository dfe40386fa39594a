-- Functions of `flow` that say what nDPI concluded: protocol, category, breed, risks.
local library = ...
local protocols = library("protocols")

local cursor = library("layout").cursor
local band, lshift = bit.band, bit.lshift
local type = type
local arguments = library("arguments")
local verdicts = library("verdicts")
local texts = library("flow_texts")
local generations = library("generations")
local ndpi_names = library("ndpi_names")
local name_of = protocols.name_of

local flow = {}

function flow.getnDPICategoryId()
    return cursor.event.ndpi_category
end

function flow.getnDPIMasterProtoId()
    return cursor.event.ndpi_master
end

function flow.getnDPIAppProtoId()
    return cursor.event.ndpi_app
end

function flow.getnDPIProtocolName()
    return (name_of(cursor.event.ndpi_master, cursor.event.ndpi_app))
end

function flow.matchesL7(id)
    if type(id) ~= "number" then
        return arguments.wrong("matchesL7", 1, "number", id)
    end
    local event = cursor.event
    return event.ndpi_master == id or event.ndpi_app == id
end

function flow.hasRisk(id)
    local risks = cursor.event.ndpi_risk
    if type(id) ~= "number" then
        return risks ~= 0
    end
    return id >= 0 and id < 64 and band(risks, lshift(1ULL, id)) ~= 0
end

function flow.getRiskBitmap()
    return (verdicts.as_number(cursor.event.ndpi_risk))
end

function flow.getnDPIMatchPacket()
    local payload = texts.match_payload()
    return { payload_len = payload and #payload or 0, payload = payload }
end

-- Those whose answers bear names that changed from generation to generation.
local function named_by(names)
    local categories, breeds, risks = names.categories, names.breeds, names.risks
    local named = {}

    function named.getnDPICategoryName()
        return categories[cursor.event.ndpi_category] or ""
    end

    function named.getProtoBreed()
        return breeds[cursor.event.ndpi_breed] or "Unrated"
    end

    function named.getProtocolBreedInfo()
        return { ["proto.ndpi_breed"] = named.getProtoBreed() }
    end

    local function add_protocols(info)
        local event = cursor.event
        info["proto.l4_id"] = event.l4_protocol
        info["proto.l4"] = protocols.l4_text[event.l4_protocol]
        info["proto.ndpi"] = flow.getnDPIProtocolName()
        info["proto.ndpi_id"] = event.ndpi_app ~= 0 and event.ndpi_app or event.ndpi_master
        info["proto.master_ndpi_id"] = event.ndpi_master
        info["proto.ndpi_breed"] = named.getProtoBreed()
        info["proto.ndpi_cat_id"] = event.ndpi_category
        info["proto.ndpi_cat"] = named.getnDPICategoryName()
        return info
    end

    function named.getProtocols()
        return (add_protocols({}))
    end

    function named.getRiskInfo()
        local info = {}
        if cursor.event.ndpi_risk ~= 0 then
            for id = 0, protocols.risk_count - 1 do
                if flow.hasRisk(id) then
                    info[risks[id]] = id
                end
            end
        end
        return info
    end
    return named, add_protocols
end

local by_generation, adding = {}, {}
for _, generation in ipairs(generations.all) do
    by_generation[generation], adding[generation] = named_by(ndpi_names.of(generation))
end

-- adding: by generation, what puts the flow's protocols into a table.
return { public = flow, by_generation = by_generation, adding = adding }
