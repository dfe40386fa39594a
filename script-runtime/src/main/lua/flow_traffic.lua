-- Functions of `flow` that say when and how much: times, packets, bytes, lengths and gaps, in each direction.
local library, settings = ...
local cursor = library("layout").cursor
local floor = math.floor
local tonumber = tonumber

local FLOW_END = settings.kind_flow_end
local UDP = 17

local flow = {}

local function seconds(ns)
    return (floor(tonumber(ns) / 1e9))
end

function flow.getFirstSeen()
    return (seconds(cursor.event.first_seen_ns))
end

function flow.getLastSeen()
    return (seconds(cursor.event.last_seen_ns))
end

function flow.getDuration()
    local event = cursor.event
    return seconds(event.last_seen_ns) - seconds(event.first_seen_ns)
end

function flow.getTime()
    return { ["seen.first"] = flow.getFirstSeen(), ["seen.last"] = flow.getLastSeen(), duration = flow.getDuration() }
end

local function is_idle()
    return cursor.event.kind == FLOW_END
end

-- Silent for ten idle timeouts and still here.
function flow.isNotPurged()
    local event = cursor.event
    return not is_idle()
        and tonumber(event.time_ns) - tonumber(event.last_seen_ns) > 10 * settings.idle_timeout_ns
end

function flow.getPacketsSent()
    return (tonumber(cursor.event.cli2srv_packets))
end

function flow.getPacketsRcvd()
    return (tonumber(cursor.event.srv2cli_packets))
end

function flow.getBytesSent()
    return (tonumber(cursor.event.cli2srv_bytes))
end

function flow.getBytesRcvd()
    return (tonumber(cursor.event.srv2cli_bytes))
end

local function packets()
    return tonumber(cursor.event.cli2srv_packets) + tonumber(cursor.event.srv2cli_packets)
end

local function bytes()
    return tonumber(cursor.event.cli2srv_bytes) + tonumber(cursor.event.srv2cli_bytes)
end

function flow.getGoodputBytes()
    return tonumber(cursor.event.cli2srv_goodput_bytes) + tonumber(cursor.event.srv2cli_goodput_bytes)
end

local function low_goodput()
    return cursor.event.l4_protocol ~= UDP and flow.getDuration() >= 60 and flow.getGoodputBytes() < 0.4 * bytes()
end

-- What became numbers from 4.0 on. "last": since the flow's previous event.
local totals_of_2019 = {}

function totals_of_2019.getPackets()
    local total = packets()
    return {
        packets = total,
        ["packets.sent"] = tonumber(cursor.event.cli2srv_packets),
        ["packets.rcvd"] = tonumber(cursor.event.srv2cli_packets),
        ["packets.last"] = total - tonumber(cursor.verdict.last_packets),
    }
end

function totals_of_2019.getBytes()
    local total, goodput = bytes(), flow.getGoodputBytes()
    return {
        bytes = total,
        goodput_bytes = goodput,
        ["bytes.last"] = total - tonumber(cursor.verdict.last_bytes),
        ["goodput_bytes.last"] = goodput - tonumber(cursor.verdict.last_goodput_bytes),
    }
end

local function mean_length(total, count)
    count = tonumber(count)
    return count == 0 and 0 or floor(tonumber(total) / count)
end

function flow.getClient2ServerTraffic()
    local event, verdict = cursor.event, cursor.verdict
    return {
        ["cli2srv.bytes"] = tonumber(event.cli2srv_bytes),
        ["cli2srv.goodput_bytes"] = tonumber(event.cli2srv_goodput_bytes),
        ["cli2srv.packets"] = tonumber(event.cli2srv_packets),
        ["cli2srv.last"] = tonumber(event.cli2srv_bytes) - tonumber(verdict.last_cli2srv_bytes),
        ["cli2srv.pkt_len.min"] = event.cli2srv_length_min,
        ["cli2srv.pkt_len.max"] = event.cli2srv_length_max,
        ["cli2srv.pkt_len.avg"] = mean_length(event.cli2srv_bytes, event.cli2srv_packets),
        ["cli2srv.pkt_len.stddev"] = floor(event.cli2srv_length_stddev),
        ["cli2srv.fragments"] = event.cli2srv_fragments,
    }
end

function flow.getServer2ClientTraffic()
    local event, verdict = cursor.event, cursor.verdict
    local last = tonumber(verdict.last_bytes) - tonumber(verdict.last_cli2srv_bytes)
    return {
        ["srv2cli.bytes"] = tonumber(event.srv2cli_bytes),
        ["srv2cli.goodput_bytes"] = tonumber(event.srv2cli_goodput_bytes),
        ["srv2cli.packets"] = tonumber(event.srv2cli_packets),
        ["srv2cli.last"] = tonumber(event.srv2cli_bytes) - last,
        ["srv2cli.pkt_len.min"] = event.srv2cli_length_min,
        ["srv2cli.pkt_len.max"] = event.srv2cli_length_max,
        ["srv2cli.pkt_len.avg"] = mean_length(event.srv2cli_bytes, event.srv2cli_packets),
        ["srv2cli.pkt_len.stddev"] = floor(event.srv2cli_length_stddev),
        ["srv2cli.fragments"] = event.srv2cli_fragments,
    }
end

local function milliseconds(ns)
    return (floor(tonumber(ns) / 1e6))
end

function flow.getClient2ServerIAT()
    local event = cursor.event
    return {
        ["interarrival.cli2srv"] = {
            min = milliseconds(event.cli2srv_iat_min_ns), max = milliseconds(event.cli2srv_iat_max_ns),
            avg = event.cli2srv_iat_avg_ns / 1e6, stddev = event.cli2srv_iat_stddev_ns / 1e6,
        },
    }
end

function flow.getServer2ClientIAT()
    local event = cursor.event
    return {
        ["interarrival.srv2cli"] = {
            min = milliseconds(event.srv2cli_iat_min_ns), max = milliseconds(event.srv2cli_iat_max_ns),
            avg = event.srv2cli_iat_avg_ns / 1e6, stddev = event.srv2cli_iat_stddev_ns / 1e6,
        },
    }
end

function flow.getGoodputRatio()
    local total = bytes()
    return total == 0 and 0 or 100 * flow.getGoodputBytes() / total
end

function flow.hasLowGoodput()
    return low_goodput() and not is_idle()
end

function flow.hasSlowDataExchange()
    return low_goodput() and is_idle()
end

-- As documented: packets in both directions.
function flow.isBidirectional()
    return cursor.event.cli2srv_packets ~= 0 and cursor.event.srv2cli_packets ~= 0
end

local totals = { getPackets = packets, getBytes = bytes }
return {
    public = flow, bytes = bytes, packets = packets, is_idle = is_idle, low_goodput = low_goodput,
    totals_of_2019 = totals_of_2019,
    by_generation = { ["2019"] = totals_of_2019, ["4.0"] = totals, ["4.2"] = totals, open = totals_of_2019 },
}
