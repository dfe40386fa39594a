-- What the flow tells for a MUD profile (RFC 8520) of its hosts. Whether a host is recorded stands in the shared store:
-- hash ntopng.prefs.mud_recording, address -> "general_purpose", "special_purpose" or "disabled".
local library = ...
local addresses = library("addresses")
local texts = library("flow_texts")
local peers = library("flow_peers")
local application = library("flow_application")
local devices = library("flow_devices")

local cursor = library("layout").cursor

local RECORDING = "ntopng.prefs.mud_recording"
local BY_MAC = "ntopng.prefs.serialize_local_hosts_by_mac"
local CHOICES = { general_purpose = true, special_purpose = true, disabled = true, default = true }

local function recording(address, otherwise)
    local choice = library("ntop").ntop.getHashCache(RECORDING, addresses.text(address, cursor.event.ip_version))
    return CHOICES[choice] and choice or otherwise
end

local function by_mac()
    return library("ntop").ntop.getPref(BY_MAC) == "1"
end

local function gather(otherwise)
    local event = cursor.event
    local serialized = by_mac()
    return {
        host_server_name = texts.host_name(),
        ["protos.dns.last_query"] = application.public.getDnsQuery() or "",
        is_local = peers.public.isLocal(),
        ["cli.mud_recording"] = recording(event.cli_address, otherwise),
        ["srv.mud_recording"] = recording(event.srv_address, otherwise),
        ["cli.serialize_by_mac"] = serialized, ["srv.serialize_by_mac"] = serialized,
        ["cli.mac"] = addresses.mac(event.cli_mac), ["srv.mac"] = addresses.mac(event.srv_mac),
    }
end

-- From 4.0 on with the types of the devices, and where nothing else is said their type decides on recording.
local function of_2020()
    local info = gather("default")
    info["cli.devtype"] = devices.type_of(cursor.event.cli_mac)
    info["srv.devtype"] = devices.type_of(cursor.event.srv_mac)
    return info
end

local function of_2019()
    return gather("disabled")
end

return {
    public = {
        serializeClientByMac = by_mac, serializeServerByMac = by_mac,
        getClientMUDPref = function() return recording(cursor.event.cli_address, "disabled") end,
        getServerMUDPref = function() return recording(cursor.event.srv_address, "disabled") end,
    },
    by_generation = {
        ["2019"] = { getMUDInfo = of_2019 }, ["4.0"] = { getMUDInfo = of_2020 }, ["4.2"] = { getMUDInfo = of_2020 },
        open = { getMUDInfo = of_2020 },
    },
}
