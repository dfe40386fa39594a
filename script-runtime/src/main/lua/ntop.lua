-- The `ntop` and `interface` tables: names, identifiers, and the store that all script threads share.
local library, settings = ...
local protocols = library("protocols")
local ndpi_names = library("ndpi_names")
local packet_time = library("packet_time")
local verdicts = library("verdicts")
local lua_utils = library("lua_utils")
local wrong = library("arguments").wrong_of_ntop

local function false_value()
    return false
end

local TLS_VERSIONS = {
    [0x0300] = "SSLv3", [0x0301] = "TLSv1", [0x0302] = "TLSv1.1", [0x0303] = "TLSv1.2", [0x0304] = "TLSv1.3",
}

local ntop = {
    isnEdge = false_value, isPro = false_value, isEnterprise = false_value, isEnterpriseM = false_value,
    isWindows = false_value,
    getHttpPrefix = function() return "" end,
    resolveName = function(address) return address end,
    gettickspersec = function() return 1000000000 end,
    getticks = function() return packet_time.now() * 1000000000 end,
    getDeadline = function() return packet_time.now() + 60 end,
    getTLSVersionName = function(version)
        return TLS_VERSIONS[tonumber(version)] or ("0x%04X"):format(tonumber(version) or 0)
    end,
}

for name, body in pairs(library("store").public) do
    ntop[name] = body
end

local function is_number(value)
    local kind = type(value)
    return kind == "number" or kind == "cdata"
end

-- outside: what there is for a number that is none of the 64 bits.
local function of_bits(name, body, outside)
    ntop[name] = function(bits, id)
        if not is_number(bits) then
            return wrong(name, 1, "number", bits)
        elseif not is_number(id) then
            return wrong(name, 2, "number", id)
        elseif not (id >= 0 and id <= 63) then
            return outside(bits)
        end
        return (body(bits, id))
    end
end

local function unchanged(bits)
    return bits
end

of_bits("bitmapIsSet", verdicts.bits_have, false_value)
of_bits("bitmapSet", verdicts.with_bit, unchanged)
of_bits("bitmapClear", verdicts.without_bit, unchanged)

for name, body in pairs(library("script_files").functions(nil)) do
    ntop[name] = body
end

function ntop.getInfo()
    return { product = "millrace", version = settings.version, ["version.luajit"] = jit.version }
end

function ntop.traceEvent(level, file, line, message)
    lua_utils.globals.trace(tonumber(level) or 2, tostring(file), tonumber(line) or 0, tostring(message))
end

local interface = {
    getId = function() return 0 end,
    select = function() return "0" end,
    isPacketInterface = function() return true end,
    isViewed = false_value,
    viewedBy = function() return nil end,
    -- As of a host that is not in memory: hosts are not kept.
    getHostInfo = function() return nil end,
}

function interface.getnDPIProtoId(name)
    return protocols.ids[tostring(name):lower()] or -1
end

function interface.getnDPIProtoName(id)
    return protocols.protocols[tonumber(id)] or protocols.unknown
end

function interface.getnDPICategoryId(name)
    name = tostring(name):lower()
    return protocols.category_ids[name] or ndpi_names.category_ids[name] or -1
end

-- Those whose answers bear the names of a generation, and all others.
local function interface_of(generation)
    local names, own = ndpi_names.of(generation), {}
    for name, body in pairs(interface) do
        own[name] = body
    end

    function own.getnDPICategoryName(id)
        return names.categories[tonumber(id)] or ""
    end

    function own.getnDPIProtoCategory(id)
        local category = protocols.category_of[tonumber(id)] or 0
        return { id = category, name = names.categories[category] or "" }
    end

    function own.getnDPIProtoBreed(id)
        return names.breeds[protocols.breed_of[tonumber(id)]] or "Unrated"
    end
    return own
end

return { ntop = ntop, interface_of = interface_of }
