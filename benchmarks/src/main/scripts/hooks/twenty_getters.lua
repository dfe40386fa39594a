-- Twenty getters and one comparison.

local LIMIT = 1e15

local script = { hooks = {} }

function script.hooks.protocolDetected(now)
    local bytes = flow.getBytesSent() + flow.getBytesRcvd() + flow.getGoodputBytes() + flow.getBytes().bytes
    local packets = flow.getPacketsSent() + flow.getPacketsRcvd() + flow.getPackets().packets
    local times = flow.getFirstSeen() + flow.getLastSeen() + flow.getDuration()
    local ports = flow.getClientPort()["cli.port"] + flow.getServerPort()["srv.port"]
    local protocols = flow.getnDPIMasterProtoId() + flow.getnDPIAppProtoId() + flow.getnDPICategoryId()
    local is_local, both_ways, shaken = flow.isLocal(), flow.isBidirectional(), flow.isTwhOK()
    local client_unicast, server_unicast = flow.isClientUnicast(), flow.isServerUnicast()

    if bytes + packets + times + ports + protocols > LIMIT then
        flow.setScore((is_local or both_ways or shaken or client_unicast or server_unicast) and 1 or 2)
    end
end

return script
