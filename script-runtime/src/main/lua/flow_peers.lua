-- Functions of `flow` that say who talks to whom: addresses, keys, locality, blacklists, places.
local library, settings = ...
local layout = library("layout")
local addresses = library("addresses")

local ffi, cursor, places = layout.ffi, layout.cursor, layout.places
local band = bit.band
local tonumber = tonumber
local address_text = addresses.text

local LOCAL, BLACKLISTED, MULTICAST = settings.trait_local, settings.trait_blacklisted, settings.trait_multicast
local MALWARE = 100
-- Ports below are system ports (RFC 6335).
local SERVICES = 1024

local flow = {}

function flow.getKey()
    local event = cursor.event
    local version = event.ip_version
    local sum = event.cli_port + event.srv_port + event.vlan_id + event.l4_protocol
        + addresses.key(event.cli_address, version) + addresses.key(event.srv_address, version)
    return sum % 4294967296
end

function flow.getHashEntryId()
    return (tonumber(cursor.event.flow_id))
end

function flow.getClientKey()
    local event = cursor.event
    return address_text(event.cli_address, event.ip_version) .. "@" .. event.vlan_id
end

function flow.getServerKey()
    local event = cursor.event
    return address_text(event.srv_address, event.ip_version) .. "@" .. event.vlan_id
end

function flow.getClientIp()
    return (address_text(cursor.event.cli_address, cursor.event.ip_version))
end

function flow.getServerIp()
    return (address_text(cursor.event.srv_address, cursor.event.ip_version))
end

local ports_of_2019 = {}

function ports_of_2019.getClientPort()
    return { ["cli.port"] = cursor.event.cli_port }
end

function ports_of_2019.getServerPort()
    return { ["srv.port"] = cursor.event.srv_port }
end

local function client_has(trait)
    return band(cursor.verdict.cli_traits, trait) ~= 0
end

local function server_has(trait)
    return band(cursor.verdict.srv_traits, trait) ~= 0
end

function flow.isLocal()
    return client_has(LOCAL) and server_has(LOCAL)
end

function flow.isLocalToRemote()
    return client_has(LOCAL) and not server_has(LOCAL)
end

function flow.isRemoteToLocal()
    return server_has(LOCAL) and not client_has(LOCAL)
end

function flow.isRemoteToRemote()
    return not client_has(LOCAL) and not server_has(LOCAL)
end

function flow.isClientUnicast()
    return not client_has(MULTICAST)
end

function flow.isServerUnicast()
    return not server_has(MULTICAST)
end

function flow.isUnicast()
    return not client_has(MULTICAST) and not server_has(MULTICAST)
end

function flow.isClientNoIP()
    return (addresses.is_empty(cursor.event.cli_address))
end

function flow.isServerNoIP()
    return (addresses.is_empty(cursor.event.srv_address))
end

function flow.getUnicastInfo()
    return { ["cli.broadmulticast"] = client_has(MULTICAST), ["srv.broadmulticast"] = server_has(MULTICAST) }
end

function flow.isBlacklisted()
    return client_has(BLACKLISTED) or server_has(BLACKLISTED) or cursor.event.ndpi_category == MALWARE
end
flow.isBlacklistedFlow = flow.isBlacklisted

function flow.getBlacklistedInfo()
    local info = {}
    if client_has(BLACKLISTED) then
        info["blacklisted.cli"] = true
    end
    if server_has(BLACKLISTED) then
        info["blacklisted.srv"] = true
    end
    if cursor.event.ndpi_category == MALWARE then
        info["blacklisted.cat"] = true
    end
    return info
end

-- Places are few and never change, so their texts are made once per machine.
local country_of, city_of = { [0] = "" }, { [0] = "" }
local function country(place)
    local text = country_of[place]
    if text == nil then
        local code = places[place].country
        text = code[0] == 0 and "" or ffi.string(code, 2)
        country_of[place] = text
        city_of[place] = ffi.string(places[place].city, places[place].city_length)
    end
    return text
end

function flow.getClientCountry()
    local code = country(cursor.verdict.cli_place)
    if code ~= "" then
        return code
    end
    return nil
end

function flow.getServerCountry()
    local code = country(cursor.verdict.srv_place)
    if code ~= "" then
        return code
    end
    return nil
end

function flow.getClientGeolocation()
    local place = cursor.verdict.cli_place
    local code = country(place)
    local entry = places[place]
    return {
        ["cli.country"] = code, ["cli.city"] = city_of[place],
        ["cli.latitude"] = entry.latitude, ["cli.longitude"] = entry.longitude,
    }
end

function flow.getServerGeolocation()
    local place = cursor.verdict.srv_place
    local code = country(place)
    local entry = places[place]
    return {
        ["srv.country"] = code, ["srv.city"] = city_of[place],
        ["srv.latitude"] = entry.latitude, ["srv.longitude"] = entry.longitude,
    }
end

-- Whether the side that opened the flow is the one that serves: its port alone is one of those that services have.
local function is_opened_by_server()
    local event = cursor.event
    return event.cli_port ~= 0 and event.cli_port < SERVICES and event.srv_port >= SERVICES
end

function flow.getFlowProtoClientIP()
    return is_opened_by_server() and flow.getServerIp() or flow.getClientIp()
end

function flow.getFlowProtoServerIP()
    return is_opened_by_server() and flow.getClientIp() or flow.getServerIp()
end

function flow.getClientMac()
    return (addresses.mac(cursor.event.cli_mac))
end

function flow.getServerMac()
    return (addresses.mac(cursor.event.srv_mac))
end

function flow.getProtocol()
    return cursor.event.l4_protocol
end

return {
    public = flow, client_has = client_has, server_has = server_has, country = country,
    by_generation = { ["2019"] = ports_of_2019, open = ports_of_2019 },
}
