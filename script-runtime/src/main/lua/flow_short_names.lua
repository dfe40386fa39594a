-- Functions of the current generation's `flow`, most of them others under short names.
local library, settings = ...
local peers = library("flow_peers")
local traffic = library("flow_traffic")
local detection = library("flow_detection")

local cursor = library("layout").cursor
local client_has, server_has = peers.client_has, peers.server_has

local LOCAL = settings.trait_local

local flow = {}

flow.cli = peers.public.getClientIp
flow.srv = peers.public.getServerIp
flow.cli2srv_bytes = traffic.public.getBytesSent
flow.srv2cli_bytes = traffic.public.getBytesRcvd
flow.bytes = traffic.bytes
flow.is_unicast = peers.public.isUnicast
flow.l7_master_proto = detection.public.getnDPIMasterProtoId
flow.l7_proto = detection.public.getnDPIAppProtoId
flow.l7_proto_name = detection.public.getnDPIProtocolName

function flow.cli_port()
    return cursor.event.cli_port
end

function flow.srv_port()
    return cursor.event.srv_port
end

function flow.protocol()
    return cursor.event.l4_protocol
end

function flow.vlan_id()
    return cursor.event.vlan_id
end

-- Packets in one direction only, whichever.
function flow.is_oneway()
    local sent, received = cursor.event.cli2srv_packets, cursor.event.srv2cli_packets
    return (sent == 0) ~= (received == 0)
end

function flow.direction()
    if client_has(LOCAL) then
        return server_has(LOCAL) and "local@local" or "local@remote"
    end
    return server_has(LOCAL) and "remote@local" or "remote2remote"
end

-- The last scripts before the short names had ports as numbers.
return {
    public = flow, by_generation = { ["4.2"] = { getClientPort = flow.cli_port, getServerPort = flow.srv_port } },
}
