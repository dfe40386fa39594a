-- Functions of `flow` about TCP: handshake, retransmissions and losses, refused and unanswered connections.
local library = ...
local traffic = library("flow_traffic")

local cursor = library("layout").cursor
local band, bor = bit.band, bit.bor
local tonumber = tonumber
local low_goodput, is_idle = traffic.low_goodput, traffic.is_idle

local TCP = 6
local SYN, RST, ACK = 2, 4, 16

local flow = {}

function flow.isTwhOK()
    return cursor.event.handshake_ok == 1
end

function flow.getDurationInfo()
    return {
        first_seen = traffic.public.getFirstSeen(), last_seen = traffic.public.getLastSeen(),
        twh_over = cursor.event.handshake_over == 1,
    }
end

function flow.getClientTCPIssues()
    local event = cursor.event
    return event.cli2srv_retransmissions + event.cli2srv_out_of_order + event.cli2srv_lost
end

function flow.getServerTCPIssues()
    local event = cursor.event
    return event.srv2cli_retransmissions + event.srv2cli_out_of_order + event.srv2cli_lost
end

-- A ratio, 0 to 1; 0 up to ten packets.
function flow.getClientRetrPercentage()
    local count = tonumber(cursor.event.cli2srv_packets)
    return count > 10 and cursor.event.cli2srv_retransmissions / count or 0
end

function flow.getServerRetrPercentage()
    local count = tonumber(cursor.event.srv2cli_packets)
    return count > 10 and cursor.event.srv2cli_retransmissions / count or 0
end

function flow.getTCPStats()
    local event = cursor.event
    return {
        ["cli2srv.retransmissions"] = event.cli2srv_retransmissions,
        ["cli2srv.out_of_order"] = event.cli2srv_out_of_order,
        ["cli2srv.lost"] = event.cli2srv_lost,
        ["srv2cli.retransmissions"] = event.srv2cli_retransmissions,
        ["srv2cli.out_of_order"] = event.srv2cli_out_of_order,
        ["srv2cli.lost"] = event.srv2cli_lost,
    }
end

function flow.isTCPConnectionRefused()
    local event = cursor.event
    return event.l4_protocol == TCP and event.handshake_ok == 0 and band(event.srv2cli_tcp_flags, RST) ~= 0
end

flow.isConnectionRefused = flow.isTCPConnectionRefused

function flow.getTCPPacketIssues()
    local event = cursor.event
    local low, idle = low_goodput(), is_idle()
    if low and idle then
        return { has_slow_data_exchange = true }
    elseif low and event.l4_protocol == TCP and event.handshake_ok == 0
        and band(bor(event.cli2srv_tcp_flags, event.srv2cli_tcp_flags), RST) ~= 0 then
        return { is_connection_refused = true }
    elseif low then
        return { has_low_goodput = true }
    end
    return {}
end

function flow.isTwhOver()
    return cursor.event.handshake_over == 1
end

-- Which sides said that they have no room for more.
function flow.isTcpZeroWinAlert()
    return { client = cursor.event.cli2srv_zero_windows ~= 0, server = cursor.event.srv2cli_zero_windows ~= 0 }
end

function flow.isTCPConnecting()
    local event = cursor.event
    local answer = event.srv2cli_tcp_flags
    return event.l4_protocol == TCP and event.cli2srv_tcp_flags == SYN and (answer == 0 or answer == SYN + ACK)
end

return { public = flow }
