-- Functions of `flow` that gather what the other groups know in one table, and the flow's one line of info.
local library, settings = ...
local protocols = library("protocols")
local addresses = library("addresses")
local verdicts = library("verdicts")
local consts = library("flow_consts")
local texts = library("flow_texts")
local peers = library("flow_peers")
local traffic = library("flow_traffic")
local tcp = library("flow_tcp")
local detection = library("flow_detection")
local application = library("flow_application")
local icmp = library("flow_icmp")

local cursor = library("layout").cursor
local band, bor = bit.band, bit.bor
local tonumber, type, pairs = tonumber, type, pairs
local address_text, name_of = addresses.text, protocols.name_of

local LOCAL, BLACKLISTED, MULTICAST = settings.trait_local, settings.trait_blacklisted, settings.trait_multicast
local SCORE_UNSET = settings.score_unset
local TCP = 6
local FIN, RST = 1, 4

local flow = {}

local function info_text()
    local custom = texts.custom_info()
    if custom then
        return custom
    end
    if application.is_dns() then
        return application.public.getDnsQuery() or ""
    end
    return texts.http_url() or texts.host_name() or texts.bittorrent_hash() or texts.ssh_client_signature() or ""
end

-- Other text for the flow's "info", until another flow gets one.
function flow.setCustomInfo(text)
    if type(text) ~= "string" then
        return false
    end
    texts.set_custom_info(text)
    return true
end

function flow.getInfo()
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
        ["proto.ndpi_cat"] = detection.public.getnDPICategoryName(),
        ["cli2srv.bytes"] = tonumber(event.cli2srv_bytes),
        ["srv2cli.bytes"] = tonumber(event.srv2cli_bytes),
        ["cli2srv.packets"] = tonumber(event.cli2srv_packets),
        ["srv2cli.packets"] = tonumber(event.srv2cli_packets),
        info = info_text(),
    }
end

function flow.getMUDInfo()
    local event = cursor.event
    return {
        host_server_name = texts.host_name(),
        ["protos.dns.last_query"] = application.public.getDnsQuery() or "",
        is_local = peers.public.isLocal(),
        ["cli.mud_recording"] = "disabled", ["srv.mud_recording"] = "disabled",
        ["cli.serialize_by_mac"] = false, ["srv.serialize_by_mac"] = false,
        ["cli.mac"] = addresses.mac(event.cli_mac), ["srv.mac"] = addresses.mac(event.srv_mac),
        ["cli.devtype"] = 0, ["srv.devtype"] = 0,
    }
end

local function merge(into, from)
    for key, value in pairs(from) do
        into[key] = value
    end
end

local function add_peer(info, prefix, address, mac, port, traits, country_code)
    local version = cursor.event.ip_version
    local text = address_text(address, version)
    local is_local = band(traits, LOCAL) ~= 0
    info[prefix .. "ip"] = text
    info[prefix .. "host"] = text
    info[prefix .. "key"] = addresses.key(address, version) % 4294967296
    info[prefix .. "port"] = port
    info[prefix .. "vlan"] = cursor.event.vlan_id ~= 0 and cursor.event.vlan_id or nil
    info[prefix .. "broadmulticast"] = band(traits, MULTICAST) ~= 0
    info[prefix .. "allowed_host"] = true
    info[prefix .. "source_id"] = 0
    info[prefix .. "mac"] = addresses.mac(mac)
    info[prefix .. "localhost"] = is_local
    info[prefix .. "systemhost"] = false
    info[prefix .. "blacklisted"] = band(traits, BLACKLISTED) ~= 0
    info[prefix .. "network_id"] = -1
    info[prefix .. "pool_id"] = 0
    info[prefix .. "asn"] = 0
    info[prefix .. "country"] = country_code
    info[prefix .. "os"] = ""
    info[prefix .. "private"] = addresses.is_private(address, version)
    info[prefix .. "devtype"] = 0
end

local function rate(amount, duration_s)
    return duration_s > 0 and amount / duration_s or 0
end

local function add_throughput(info)
    local event = cursor.event
    local duration_s = (tonumber(event.last_seen_ns) - tonumber(event.first_seen_ns)) / 1e9
    local sent, received = tonumber(event.cli2srv_bytes), tonumber(event.srv2cli_bytes)
    local sent_packets, received_packets = tonumber(event.cli2srv_packets), tonumber(event.srv2cli_packets)
    info.throughput_bps = rate(sent + received, duration_s)
    info.top_throughput_bps = info.throughput_bps
    info.throughput_cli2srv_bps = rate(sent, duration_s)
    info.throughput_srv2cli_bps = rate(received, duration_s)
    info.throughput_pps = rate(sent_packets + received_packets, duration_s)
    info.top_throughput_pps = info.throughput_pps
    info.throughput_cli2srv_pps = rate(sent_packets, duration_s)
    info.throughput_srv2cli_pps = rate(received_packets, duration_s)
    info.throughput_trend_bps = 0
    info.throughput_trend_pps = 0
    return duration_s
end

local function add_tcp(info, duration_s)
    local event = cursor.event
    merge(info, tcp.public.getTCPStats())
    info["tcp.seq_problems"] = tcp.public.getClientTCPIssues() + tcp.public.getServerTCPIssues() > 0
    -- One way is half a round trip.
    info["tcp.nw_latency.client"] = tonumber(event.cli_handshake_rtt_ns) / 2e6
    info["tcp.nw_latency.server"] = tonumber(event.srv_handshake_rtt_ns) / 2e6
    info["tcp.appl_latency"] = tonumber(event.application_latency_ns) / 1e6
    info["tcp.max_thpt.cli2srv"] = 8 * rate(tonumber(event.cli2srv_bytes), duration_s)
    info["tcp.max_thpt.srv2cli"] = 8 * rate(tonumber(event.srv2cli_bytes), duration_s)
    info["cli2srv.keep_alive"] = event.cli2srv_keep_alives
    info["srv2cli.keep_alive"] = event.srv2cli_keep_alives
    info["cli2srv.tcp_flags"] = event.cli2srv_tcp_flags
    info["srv2cli.tcp_flags"] = event.srv2cli_tcp_flags
    local flags = bor(event.cli2srv_tcp_flags, event.srv2cli_tcp_flags)
    local closing = band(flags, FIN + RST) ~= 0
    info.tcp_established = event.handshake_ok == 1 and not closing
    info.tcp_connecting = tcp.public.isTCPConnecting()
    info.tcp_closed = event.state == 2
    info.tcp_reset = band(flags, RST) ~= 0
end

local function add_status(info)
    local verdict = cursor.verdict
    info["flow.idle"] = traffic.is_idle()
    info["flow.status"] = verdict.predominant_status
    info["flow_goodput.low"] = traffic.low_goodput()
    info.status_map = verdicts.bitmap()
    if verdict.alerts > 0 then
        info["flow.alerted"] = true
        info.alerted_status = verdict.alerted_status
        info.alerted_status_score = verdict.alerted_score
        info.status_info = consts.title(consts.by_id[verdict.alerted_status])
    end
    info.score = verdict.score == SCORE_UNSET and -1 or verdict.score
end

function flow.getFullInfo()
    local event, verdict = cursor.event, cursor.verdict
    local info = detection.add_protocols({})
    add_peer(info, "cli.", event.cli_address, event.cli_mac, event.cli_port, verdict.cli_traits,
        peers.country(verdict.cli_place))
    add_peer(info, "srv.", event.srv_address, event.srv_mac, event.srv_port, verdict.srv_traits,
        peers.country(verdict.srv_place))
    info.vlan = event.vlan_id
    info["ntopng.key"] = peers.public.getKey()
    info.hash_entry_id = tonumber(event.flow_id)
    info["moreinfo.json"] = "{}"
    merge(info, traffic.public.getBytes())
    merge(info, traffic.public.getPackets())
    merge(info, traffic.public.getTime())
    merge(info, traffic.public.getClient2ServerTraffic())
    merge(info, traffic.public.getServer2ClientTraffic())
    merge(info, traffic.public.getClient2ServerIAT())
    merge(info, traffic.public.getServer2ClientIAT())
    local duration_s = add_throughput(info)
    if event.l4_protocol == TCP then
        add_tcp(info, duration_s)
    end
    if icmp.has_icmp() then
        info.icmp = icmp.public.getICMPStatusInfo()
    end
    info.host_server_name = texts.host_name()
    info.bittorrent_hash = texts.bittorrent_hash()
    info.info = info_text()
    merge(info, application.public.getHTTPInfo())
    merge(info, application.public.getDNSInfo())
    merge(info, application.public.getSSHInfo())
    merge(info, application.public.getTLSInfo())
    if event.ndpi_risk ~= 0 then
        info.flow_risk = detection.public.getRiskInfo()
    end
    add_status(info)
    return info
end

return { public = flow }
