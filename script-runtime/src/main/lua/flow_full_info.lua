-- `flow.getFullInfo`: everything that is known of the flow, in one table. Its hundred keys are written where the code
-- is made: keys that are joined, copied or iterated at run time cost more than all that they name.
local library, settings = ...
local layout = library("layout")
local addresses = library("addresses")
local verdicts = library("verdicts")
local consts = library("flow_consts")
local statuses = library("statuses")
local notes = library("flow_notes")
local host_scores = library("host_scores")
local texts = library("flow_texts")
local system_of = library("banners").system_of
local peers = library("flow_peers")
local devices = library("flow_devices")
local traffic = library("flow_traffic")
local tcp = library("flow_tcp")
local detection = library("flow_detection")
local application = library("flow_application")
local tls = library("flow_tls")
local icmp = library("flow_icmp")
local common = library("flow_status")
local short = library("flow_info")

local cursor = layout.cursor
local band, bor, rshift = bit.band, bit.bor, bit.rshift
local max = math.max
local tonumber, pairs, assert, loadstring = tonumber, pairs, assert, loadstring

local LOCAL, BLACKLISTED, MULTICAST = settings.trait_local, settings.trait_blacklisted, settings.trait_multicast
local SCORE_UNSET = settings.score_unset
local TCP = 6
local FIN, RST = 1, 4
local CLOSED, RESET = 2, 3
local UNKNOWN, UP, DOWN, STABLE = 0, 1, 2, 3

-- A function that copies what a getter tells into a table; the getter's keys are always the same.
local function adding(getter)
    local lines = { "local getter = ...\nreturn function(info)\nlocal from = getter()\n" }
    for key in pairs(getter()) do
        lines[#lines + 1] = ("info[%q] = from[%q]\n"):format(key, key)
    end
    lines[#lines + 1] = "end\n"
    return assert(loadstring(table.concat(lines), "@millrace/full_info"))(getter)
end

local add_bytes, add_packets = adding(traffic.totals_of_2019.getBytes), adding(traffic.totals_of_2019.getPackets)
local add_time, add_tcp_stats = adding(traffic.public.getTime), adding(tcp.public.getTCPStats)
local add_to_server = adding(traffic.public.getClient2ServerTraffic)
local add_to_client = adding(traffic.public.getServer2ClientTraffic)
local add_gaps_to_server = adding(traffic.public.getClient2ServerIAT)
local add_gaps_to_client = adding(traffic.public.getServer2ClientIAT)

-- One side, # is its prefix.
local ADD_PEER = [[
local addresses, devices, country, cursor, band, LOCAL, BLACKLISTED, MULTICAST = ...
return function(info)
    local event, verdict = cursor.event, cursor.verdict
    local version, address, mac, traits = event.ip_version, event.#_address, event.#_mac, verdict.#_traits
    local text = addresses.text(address, version)
    info["#.ip"] = text
    info["#.host"] = text
    info["#.key"] = addresses.key(address, version) % 4294967296
    info["#.port"] = event.#_port
    info["#.vlan"] = event.vlan_id ~= 0 and event.vlan_id or nil
    info["#.broadmulticast"] = band(traits, MULTICAST) ~= 0
    info["#.allowed_host"] = true
    info["#.source_id"] = 0
    info["#.mac"] = addresses.mac(mac)
    info["#.localhost"] = band(traits, LOCAL) ~= 0
    info["#.systemhost"] = false
    info["#.blacklisted"] = band(traits, BLACKLISTED) ~= 0
    info["#.network_id"] = verdict.#_network - 1
    info["#.pool_id"] = devices.pool_of(text)
    info["#.asn"] = verdict.#_asn
    info["#.country"] = country(verdict.#_place)
    info["#.os"] = ""
    info["#.private"] = addresses.is_private(address, version)
    info["#.devtype"] = devices.type_of(mac)
end
]]

local function adding_peer(side)
    return assert(loadstring((ADD_PEER:gsub("#", side)), "@millrace/full_info_" .. side))(
        addresses, devices, peers.country, cursor, band, LOCAL, BLACKLISTED, MULTICAST)
end

local add_client, add_server = adding_peer("cli"), adding_peer("srv")

local function client_system()
    return texts.client_os() or system_of(texts.ssh_client_signature()) or ""
end

local function server_system()
    return system_of(texts.http_server()) or system_of(texts.ssh_server_signature()) or ""
end

local function rate(amount, duration_s)
    return duration_s > 0 and amount / duration_s or 0
end

local function trend(now, before)
    return now > before and UP or now < before and DOWN or STABLE
end

-- Rates since the flow's previous event, against those from its start until then; at its first event since the start.
local function add_throughput(info)
    local event, verdict = cursor.event, cursor.verdict
    local first, last = tonumber(event.first_seen_ns), tonumber(event.last_seen_ns)
    local sent, received = tonumber(event.cli2srv_bytes), tonumber(event.srv2cli_bytes)
    local sent_packets, received_packets = tonumber(event.cli2srv_packets), tonumber(event.srv2cli_packets)
    local since = tonumber(verdict.last_seen_ns)
    local duration_s = (last - first) / 1e9
    local all_bytes, all_packets = sent + received, sent_packets + received_packets
    local mean_bps, mean_pps = rate(all_bytes, duration_s), rate(all_packets, duration_s)
    if since == 0 then
        info.throughput_cli2srv_bps, info.throughput_srv2cli_bps = rate(sent, duration_s), rate(received, duration_s)
        info.throughput_cli2srv_pps, info.throughput_srv2cli_pps =
            rate(sent_packets, duration_s), rate(received_packets, duration_s)
        info.throughput_bps, info.throughput_pps = mean_bps, mean_pps
        info.throughput_trend_bps, info.throughput_trend_pps = UNKNOWN, UNKNOWN
    else
        local window_s, before_s = (last - since) / 1e9, (since - first) / 1e9
        local new_bytes, new_packets =
            all_bytes - tonumber(verdict.last_bytes), all_packets - tonumber(verdict.last_packets)
        local new_sent, new_sent_packets =
            sent - tonumber(verdict.last_cli2srv_bytes), sent_packets - tonumber(verdict.last_cli2srv_packets)
        info.throughput_bps, info.throughput_pps = rate(new_bytes, window_s), rate(new_packets, window_s)
        info.throughput_cli2srv_bps, info.throughput_srv2cli_bps =
            rate(new_sent, window_s), rate(new_bytes - new_sent, window_s)
        info.throughput_cli2srv_pps, info.throughput_srv2cli_pps =
            rate(new_sent_packets, window_s), rate(new_packets - new_sent_packets, window_s)
        info.throughput_trend_bps = trend(info.throughput_bps, rate(tonumber(verdict.last_bytes), before_s))
        info.throughput_trend_pps = trend(info.throughput_pps, rate(tonumber(verdict.last_packets), before_s))
    end
    info.top_throughput_bps = max(info.throughput_bps, mean_bps, verdict.top_bytes_per_s)
    info.top_throughput_pps = max(info.throughput_pps, mean_pps, verdict.top_packets_per_s)
end

local function add_tcp(info)
    local event = cursor.event
    add_tcp_stats(info)
    info["tcp.seq_problems"] = tcp.public.getClientTCPIssues() + tcp.public.getServerTCPIssues() > 0
    -- One way is half a round trip.
    info["tcp.nw_latency.client"] = tonumber(event.cli_handshake_rtt_ns) / 2e6
    info["tcp.nw_latency.server"] = tonumber(event.srv_handshake_rtt_ns) / 2e6
    info["tcp.appl_latency"] = tonumber(event.application_latency_ns) / 1e6
    -- A side can have no more under way than the other's receive window.
    local round_trip_s = (tonumber(event.cli_handshake_rtt_ns) + tonumber(event.srv_handshake_rtt_ns)) / 1e9
    info["tcp.max_thpt.cli2srv"] = 8 * rate(cursor.metadata.srv2cli_window, round_trip_s)
    info["tcp.max_thpt.srv2cli"] = 8 * rate(cursor.metadata.cli2srv_window, round_trip_s)
    info["cli2srv.keep_alive"] = event.cli2srv_keep_alives
    info["srv2cli.keep_alive"] = event.srv2cli_keep_alives
    info["cli2srv.zero_window"] = event.cli2srv_zero_windows
    info["srv2cli.zero_window"] = event.srv2cli_zero_windows
    info["cli2srv.tcp_flags"] = event.cli2srv_tcp_flags
    info["srv2cli.tcp_flags"] = event.srv2cli_tcp_flags
    local flags = bor(event.cli2srv_tcp_flags, event.srv2cli_tcp_flags)
    local closing = band(flags, FIN + RST) ~= 0
    info.tcp_established = event.handshake_ok == 1 and not closing
    info.tcp_connecting = tcp.public.isTCPConnecting()
    info.tcp_closed = event.state == CLOSED or event.state == RESET
    info.tcp_reset = band(flags, RST) ~= 0
end

local function alerted_status(generation)
    local status = statuses.by_id[cursor.verdict.alerted_status]
    return status and consts.number_of(status, generation) or 0
end

local function add_status(info, generation)
    local verdict = cursor.verdict
    info["flow.idle"] = traffic.is_idle()
    if generation == "4.2" then
        info["flow.status"] = alerted_status(generation)
    elseif generation == "4.0" then
        info["flow.status"] = verdicts.of_highest_score()
    else
        info["flow.status"] = verdict.predominant_status
    end
    info.status_map = verdicts.bitmap(generation)
    if verdict.alerts > 0 then
        info["flow.alerted"] = true
        info.alerted_status = alerted_status(generation)
        info.status_info = common.alert_info()
    end
end

local function scores_by_status()
    local note, infos = notes.here(), {}
    if note == nil then
        return infos
    end
    for id = 1, 63 do
        local score, script = notes.score_in(note, id)
        if score then
            infos[id] = { user_script = script, score = score }
        end
    end
    return infos
end

-- Bits of the IPv4 type of service or IPv6 traffic class (RFC 2474, RFC 3168).
local function service(tos)
    return { DSCP = rshift(tos, 2), ECN = band(tos, 3) }
end

-- Bits per byte, from what is kept: thousandths plus one, 0 where there was no payload.
local function entropy(kept)
    return kept == 0 and 0 or (kept - 1) / 1000
end

local ADDITIONS = {}

ADDITIONS["2019"] = function(info)
    local score = cursor.verdict.score
    info["flow_goodput.low"] = traffic.low_goodput()
    info.score = score == SCORE_UNSET and -1 or score
end

ADDITIONS["4.0"] = function(info)
    local score = cursor.verdict.score
    info.status_infos = scores_by_status()
    info.score = score == SCORE_UNSET and 0 or score
end

local function add_of_4_2(info, generation)
    local verdict = cursor.verdict
    local client, server = host_scores.client(), host_scores.server()
    info.score = {
        flow_score = verdict.score == SCORE_UNSET and 0 or verdict.score,
        host_categories_total = { ["0"] = 0, ["1"] = client + server },
        host_score_total = { client_score = client, server_score = server },
    }
    if verdict.alerts > 0 then
        info.alerted_status_score = verdict.alerted_score
    end
    info.tos = { client = service(cursor.event.cli2srv_tos), server = service(cursor.event.srv2cli_tos) }
    local metadata = cursor.metadata
    if metadata.cli2srv_entropy ~= 0 or metadata.srv2cli_entropy ~= 0 then
        info.entropy = { client = entropy(metadata.cli2srv_entropy), server = entropy(metadata.srv2cli_entropy) }
    end
    if cursor.event.ndpi_risk ~= 0 then
        info.flow_risk = detection.by_generation[generation].getRiskInfo()
    end
end

ADDITIONS["4.2"] = function(info)
    add_of_4_2(info, "4.2")
end

-- The shapes of 2019 and what came later beside them.
ADDITIONS.open = function(info)
    add_of_4_2(info, "open")
    info.status_infos = scores_by_status()
    ADDITIONS["2019"](info)
end

-- Fills a table with all of it, and returns it.
local function filling(generation)
    local add_tls, add_protocols = tls.adding[generation], detection.adding[generation]
    local add = ADDITIONS[generation]
    return function(info)
        local event = cursor.event
        add_protocols(info)
        add_client(info)
        add_server(info)
        info.vlan = event.vlan_id
        info["ntopng.key"] = peers.public.getKey()
        info.hash_entry_id = tonumber(event.flow_id)
        info["moreinfo.json"] = "{}"
        add_bytes(info)
        add_packets(info)
        add_time(info)
        add_to_server(info)
        add_to_client(info)
        add_gaps_to_server(info)
        add_gaps_to_client(info)
        add_throughput(info)
        if event.l4_protocol == TCP then
            add_tcp(info)
        end
        if icmp.has_icmp() then
            info.icmp = icmp.status_of(generation)
            info.icmp.unreach = icmp.quoted()
        end
        info.info = short.info_text()
        -- Without metadata there are no texts, and all that follows is made of them.
        if event.metadata_offset ~= 0 then
            info.host_server_name = texts.host_name()
            info.bittorrent_hash = texts.bittorrent_hash()
            info["cli.os"], info["srv.os"] = client_system(), server_system()
            application.add_all(info)
            add_tls(info)
        end
        add_status(info, generation)
        add(info)
        return info
    end
end

-- A function that makes a table with the keys that every flow has in place: a constructor of constants is copied in one
-- piece, where a table that grows key by key is laid out anew time and again.
local function constructor(fill)
    local event, verdict, metadata = cursor.event, cursor.verdict, cursor.metadata
    layout.reset()
    local keys = {}
    for key in pairs(fill({})) do
        keys[#keys + 1] = ("[%q] = false"):format(key)
    end
    cursor.event, cursor.verdict, cursor.metadata = event, verdict, metadata
    return assert(loadstring("return { " .. table.concat(keys, ", ") .. " }", "@millrace/full_info_keys"))
end

local function full(generation)
    local fill, make = filling(generation)
    return function()
        if make == nil then
            make = constructor(fill)
        end
        return (fill(make()))
    end
end

local by_generation = {}
for generation in pairs(ADDITIONS) do
    by_generation[generation] = { getFullInfo = full(generation) }
end

-- Parts of it, as there were before 4.0.
local parts = {}

function parts.getTCPInfo()
    local info = {}
    if cursor.event.l4_protocol == TCP then
        add_tcp(info)
    end
    return info
end

function parts.getClientInfo()
    local info = {}
    add_client(info)
    info["cli.os"] = client_system()
    return info
end

function parts.getServerInfo()
    local info = {}
    add_server(info)
    info["srv.os"] = server_system()
    return info
end

return { public = parts, by_generation = by_generation }
