-- Functions of `flow` about the kinds of devices that talk, and what such devices may speak. Both come from the shared
-- store, where an inventory puts them:
--   hash ntopng.prefs.device_types: MAC address -> number of the type
--   hash ntopng.prefs.host_pools: address -> number of the host's pool
--   hash ntopng.prefs.device_policies.client_TYPE (and server_TYPE): number of the application -> "0" where it is
--   forbidden
local library = ...
local addresses = library("addresses")

local cursor = library("layout").cursor
local tonumber = tonumber

local TYPES = "ntopng.prefs.device_types"
local POOLS = "ntopng.prefs.host_pools"
local POLICIES = "ntopng.prefs.device_policies."

local flow = {}

local function lookup(hash, field)
    local value = library("ntop").ntop.getHashCache(hash, field)
    return value ~= "" and tonumber(value) or nil
end

-- Type of a device; 0 unknown.
local function type_of(mac)
    return lookup(TYPES, addresses.mac(mac)) or 0
end

-- Pool of a host, by its address; 0 none.
local function pool_of(address)
    return lookup(POOLS, address) or 0
end

local function forbids(role, device, protocol)
    return protocol ~= 0 and lookup(POLICIES .. role .. "_" .. device, tostring(protocol)) == 0
end

-- The application that the policy forbids to such a device, else the master protocol, else nil.
local function forbidden(role, device)
    local event = cursor.event
    if forbids(role, device, event.ndpi_app) then
        return event.ndpi_app
    elseif forbids(role, device, event.ndpi_master) then
        return event.ndpi_master
    end
    return nil
end

function flow.getDeviceProtoAllowedInfo()
    local client, server = type_of(cursor.event.cli_mac), type_of(cursor.event.srv_mac)
    local to_client, to_server = forbidden("client", client), forbidden("server", server)
    return {
        ["cli.devtype"] = client, ["srv.devtype"] = server,
        ["cli.allowed"] = to_client == nil, ["srv.allowed"] = to_server == nil,
        ["cli.disallowed_proto"] = to_client, ["srv.disallowed_proto"] = to_server,
    }
end

function flow.isDeviceProtocolNotAllowed()
    return forbidden("client", type_of(cursor.event.cli_mac)) ~= nil
        or forbidden("server", type_of(cursor.event.srv_mac)) ~= nil
end

return { public = flow, type_of = type_of, pool_of = pool_of }
