-- Functions of `flow` that put it in short: getInfo, and its line of info.
local library, settings = ...
local protocols = library("protocols")
local addresses = library("addresses")
local arguments = library("arguments")
local notes = library("flow_notes")
local texts = library("flow_texts")
local peers = library("flow_peers")
local traffic = library("flow_traffic")
local detection = library("flow_detection")
local generations = library("generations")
local application = library("flow_application")

local cursor = library("layout").cursor
local tonumber, type = tonumber, type
local address_text, name_of = addresses.text, protocols.name_of

local LOCAL = settings.trait_local

local flow = {}

-- What a script put in its place, or the first that is known of DNS query, URL, name asked for, hash, SSH client.
local function info_text()
    local note = notes.here()
    if note and note.custom_info then
        return note.custom_info
    end
    if application.is_dns() then
        return application.public.getDnsQuery() or ""
    end
    return texts.http_url() or texts.host_name() or texts.bittorrent_hash() or texts.ssh_client_signature() or ""
end

function flow.setCustomInfo(text)
    if type(text) ~= "string" then
        return arguments.wrong("setCustomInfo", 1, "string", text)
    end
    notes.name(text)
    return true
end

-- An older name of what getInfo calls `info`.
flow.getFlowInfoField = info_text

local function in_short(category_name)
    local event = cursor.event
    return {
        ["cli.ip"] = address_text(event.cli_address, event.ip_version),
        ["srv.ip"] = address_text(event.srv_address, event.ip_version),
        ["cli.port"] = event.cli_port,
        ["srv.port"] = event.srv_port,
        ["cli.localhost"] = peers.client_has(LOCAL),
        ["srv.localhost"] = peers.server_has(LOCAL),
        duration = traffic.public.getDuration(),
        ["proto.l4"] = protocols.l4_text[event.l4_protocol],
        ["proto.ndpi"] = name_of(event.ndpi_master, event.ndpi_app),
        ["proto.ndpi_app"] = protocols.protocols[event.ndpi_app] or protocols.unknown,
        ["proto.ndpi_cat"] = category_name(),
        ["cli2srv.bytes"] = tonumber(event.cli2srv_bytes),
        ["srv2cli.bytes"] = tonumber(event.srv2cli_bytes),
        ["cli2srv.packets"] = tonumber(event.cli2srv_packets),
        ["srv2cli.packets"] = tonumber(event.srv2cli_packets),
    }
end

local by_generation = {}
for _, generation in ipairs(generations.all) do
    local category_name = detection.by_generation[generation].getnDPICategoryName
    by_generation[generation] = { getInfo = function()
        local info = in_short(category_name)
        info.info = generation ~= "2019" and info_text() or nil
        return info
    end }
end

return { public = flow, info_text = info_text, by_generation = by_generation }
