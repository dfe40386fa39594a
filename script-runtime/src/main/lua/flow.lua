-- The `flow` table of scripts: reads the event in hand through the structs, writes its verdict. Getters take no
-- argument unless shown. Getters that return numbers or short texts compile to plain loads; those that return tables
-- allocate what they return.
local library, settings = ...
local layout = library("layout")
local protocols = library("protocols")
local addresses = library("addresses")
local verdicts = library("verdicts")
local consts = library("flow_consts")
local texts = library("flow_texts")
local alert_consts = library("alert_consts")

local ffi, cursor, places = layout.ffi, layout.cursor, layout.places
local band, lshift = bit.band, bit.lshift
local floor = math.floor
local tonumber, type, pairs = tonumber, type, pairs

local LOCAL, BLACKLISTED, MULTICAST = settings.trait_local, settings.trait_blacklisted, settings.trait_multicast
local FLOW_END = settings.kind_flow_end
local SCORE_UNSET = settings.score_unset
local MALWARE = 100
local TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
local FIN, SYN, RST, ACK = 1, 2, 4, 16
local HTTP, DNS, SSH = protocols.ids.http or 7, protocols.ids.dns or 5, protocols.ids.ssh or 92
local address_text, name_of = addresses.text, protocols.name_of

local flow = {}

-- ---- status and alert ----

flow.getStatus = verdicts.bitmap
flow.triggerStatus = verdicts.trigger

-- setStatus(id), setStatus(definition, flow_score, client_score, server_score): whether the bit was newly set.
function flow.setStatus(status, flow_score, client_score, server_score)
    local newly_set = verdicts.set(verdicts.known(status, "setStatus"))
    if newly_set and flow_score ~= nil then
        verdicts.add_scores(flow_score, client_score, server_score)
    end
    return newly_set
end

function flow.clearStatus(status)
    verdicts.clear(verdicts.known(status, "clearStatus"))
end

function flow.isStatusSet(status)
    return verdicts.is_set(cursor.verdict.status_bitmap, verdicts.known(status, "isStatusSet").status_id)
end

function flow.getPredominantStatus()
    return cursor.verdict.predominant_status
end

function flow.setPredominantStatus(status)
    cursor.verdict.predominant_status = verdicts.known(status, "setPredominantStatus").status_id
end

function flow.canTriggerAlert()
    return cursor.verdict.alerts == 0
end

function flow.getAlertedStatus()
    return cursor.verdict.alerted_status
end

function flow.getAlertedStatusScore()
    return cursor.verdict.alerted_score
end

local custom_lua_script = {
    status_id = 0, status_key = "custom_lua_script", i18n_title = "", alert_severity = { severity_id = 2 },
    alert_type = alert_consts.alert_types.flow_alert_custom_lua_script,
}

-- triggerAlert(status, alert_type, severity, now, info): false where the flow was alerted before.
-- triggerAlert(score, message): an alert of the script's own, once per flow.
function flow.triggerAlert(status, alert_type, severity, now, info)
    local verdict = cursor.verdict
    if type(alert_type) == "string" and severity == nil then
        if verdict.alerts > 0 then
            return alert_type
        end
        verdicts.add_scores(status, 0, 0)
        custom_lua_script.i18n_title = alert_type
        verdicts.raise(custom_lua_script, custom_lua_script.alert_type, 2, false, nil)
        return alert_type
    end
    if verdict.alerts > 0 then
        return false
    end
    local definition = verdicts.known(status, "triggerAlert")
    local alert = definition.alert_type
    local name = alert_consts.alertTypeRaw(tonumber(type(alert_type) == "table" and alert_type.alert_id or alert_type))
    if name ~= nil then
        alert = alert_consts.alert_types[name]
    end
    verdicts.set(definition)
    return verdicts.raise(definition, alert, verdicts.severity_id(severity, definition), false,
        type(info) == "string" and info or nil) ~= nil
end

function flow.getScore()
    return cursor.verdict.score
end

function flow.setScore(score)
    cursor.verdict.score = verdicts.clamp(score, SCORE_UNSET)
end

function flow.setClientScore(score)
    cursor.verdict.client_score = verdicts.clamp(score, 65534)
end

function flow.setServerScore(score)
    cursor.verdict.server_score = verdicts.clamp(score, 65534)
end

function flow.getScoreInfo()
    local verdict = cursor.verdict
    local info = {
        status_map = verdicts.bitmap(),
        score = verdict.score,
        ["cli.score"] = verdict.client_score,
        ["srv.score"] = verdict.server_score,
    }
    if verdict.alerts > 0 then
        info.status_info = consts.title(consts.by_id[verdict.alerted_status])
    end
    return info
end

-- No other system hands in alerts here.
function flow.retrieveExternalAlertInfo()
    return nil
end

function flow.isPassVerdict()
    return true
end

-- ---- identity and locality ----

function flow.getKey()
    local event = cursor.event
    local version = event.ip_version
    local sum = event.cli_port + event.srv_port + event.vlan_id + event.l4_protocol
        + addresses.key(event.cli_address, version) + addresses.key(event.srv_address, version)
    return sum % 4294967296
end

function flow.getHashEntryId()
    return tonumber(cursor.event.flow_id)
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
    return address_text(cursor.event.cli_address, cursor.event.ip_version)
end

function flow.getServerIp()
    return address_text(cursor.event.srv_address, cursor.event.ip_version)
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
    return addresses.is_empty(cursor.event.cli_address)
end

function flow.isServerNoIP()
    return addresses.is_empty(cursor.event.srv_address)
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

function flow.getClientPort()
    return { ["cli.port"] = cursor.event.cli_port }
end

function flow.getServerPort()
    return { ["srv.port"] = cursor.event.srv_port }
end

-- Device types are not known here, so no protocol is forbidden to any.
function flow.getDeviceProtoAllowedInfo()
    return { ["cli.devtype"] = 0, ["srv.devtype"] = 0, ["cli.allowed"] = true, ["srv.allowed"] = true }
end

function flow.isDeviceProtocolNotAllowed()
    return false
end

function flow.getMUDInfo()
    local event = cursor.event
    return {
        host_server_name = texts.host_name(),
        ["protos.dns.last_query"] = flow.getDnsQuery() or "",
        is_local = flow.isLocal(),
        ["cli.mud_recording"] = "disabled", ["srv.mud_recording"] = "disabled",
        ["cli.serialize_by_mac"] = false, ["srv.serialize_by_mac"] = false,
        ["cli.mac"] = addresses.mac(event.cli_mac), ["srv.mac"] = addresses.mac(event.srv_mac),
        ["cli.devtype"] = 0, ["srv.devtype"] = 0,
    }
end

-- ---- time, counters, TCP ----

local function seconds(ns)
    return floor(tonumber(ns) / 1e9)
end

function flow.getFirstSeen()
    return seconds(cursor.event.first_seen_ns)
end

function flow.getLastSeen()
    return seconds(cursor.event.last_seen_ns)
end

function flow.getDuration()
    local event = cursor.event
    return seconds(event.last_seen_ns) - seconds(event.first_seen_ns)
end

function flow.getTime()
    return { ["seen.first"] = flow.getFirstSeen(), ["seen.last"] = flow.getLastSeen(), duration = flow.getDuration() }
end

function flow.getDurationInfo()
    return {
        first_seen = flow.getFirstSeen(), last_seen = flow.getLastSeen(),
        twh_over = cursor.event.handshake_over == 1,
    }
end

function flow.getPacketsSent()
    return tonumber(cursor.event.cli2srv_packets)
end

function flow.getPacketsRcvd()
    return tonumber(cursor.event.srv2cli_packets)
end

function flow.getBytesSent()
    return tonumber(cursor.event.cli2srv_bytes)
end

function flow.getBytesRcvd()
    return tonumber(cursor.event.srv2cli_bytes)
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

-- "last": since the flow's previous event.
function flow.getPackets()
    local total = packets()
    return {
        packets = total,
        ["packets.sent"] = tonumber(cursor.event.cli2srv_packets),
        ["packets.rcvd"] = tonumber(cursor.event.srv2cli_packets),
        ["packets.last"] = total - tonumber(cursor.verdict.last_packets),
    }
end

function flow.getBytes()
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
    return floor(tonumber(ns) / 1e6)
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

-- As documented: packets in both directions.
function flow.isBidirectional()
    return cursor.event.cli2srv_packets ~= 0 and cursor.event.srv2cli_packets ~= 0
end

function flow.isTwhOK()
    return cursor.event.handshake_ok == 1
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

local function low_goodput()
    return cursor.event.l4_protocol ~= UDP and flow.getDuration() >= 60 and flow.getGoodputBytes() < 0.4 * bytes()
end

local function is_idle()
    return cursor.event.kind == FLOW_END
end

function flow.isTCPConnectionRefused()
    local event = cursor.event
    return event.l4_protocol == TCP and event.handshake_ok == 0 and band(event.srv2cli_tcp_flags, RST) ~= 0
end

function flow.getTCPPacketIssues()
    local event = cursor.event
    local low, idle = low_goodput(), is_idle()
    if low and idle then
        return { has_slow_data_exchange = true }
    elseif low and event.l4_protocol == TCP and event.handshake_ok == 0
        and band(bit.bor(event.cli2srv_tcp_flags, event.srv2cli_tcp_flags), RST) ~= 0 then
        return { is_connection_refused = true }
    elseif low then
        return { has_low_goodput = true }
    end
    return {}
end

function flow.isTCPConnecting()
    local event = cursor.event
    local answer = event.srv2cli_tcp_flags
    return event.l4_protocol == TCP and event.cli2srv_tcp_flags == SYN and (answer == 0 or answer == SYN + ACK)
end

-- Silent for ten idle timeouts and still here.
function flow.isNotPurged()
    local event = cursor.event
    return not is_idle()
        and tonumber(event.time_ns) - tonumber(event.last_seen_ns) > 10 * settings.idle_timeout_ns
end

-- ---- L7 ----

function flow.getnDPICategoryName()
    return protocols.categories[cursor.event.ndpi_category] or ""
end

function flow.getnDPICategoryId()
    return cursor.event.ndpi_category
end

function flow.getnDPIMasterProtoId()
    return cursor.event.ndpi_master
end

function flow.getnDPIAppProtoId()
    return cursor.event.ndpi_app
end

function flow.getnDPIProtocolName()
    return name_of(cursor.event.ndpi_master, cursor.event.ndpi_app)
end

function flow.matchesL7(id)
    local event = cursor.event
    return event.ndpi_master == id or event.ndpi_app == id
end

function flow.getProtoBreed()
    return protocols.breeds[cursor.event.ndpi_breed] or "Unrated"
end

function flow.getProtocolBreedInfo()
    return { ["proto.ndpi_breed"] = flow.getProtoBreed() }
end

local function add_protocols(info)
    local event = cursor.event
    info["proto.l4_id"] = event.l4_protocol
    info["proto.l4"] = protocols.l4_text[event.l4_protocol]
    info["proto.ndpi"] = flow.getnDPIProtocolName()
    info["proto.ndpi_id"] = event.ndpi_app ~= 0 and event.ndpi_app or event.ndpi_master
    info["proto.master_ndpi_id"] = event.ndpi_master
    info["proto.ndpi_breed"] = flow.getProtoBreed()
    info["proto.ndpi_cat_id"] = event.ndpi_category
    info["proto.ndpi_cat"] = flow.getnDPICategoryName()
    return info
end

function flow.getProtocols()
    return add_protocols({})
end

function flow.getTLSVersion()
    return cursor.metadata.tls_version
end

local CIPHER_CLASS = { [0] = "safe", "weak", "insecure" }

local function is_tls()
    local metadata = cursor.metadata
    return metadata.tls_version ~= 0 or metadata.tls_ja3_client_length ~= 0
end

function flow.getServerCipherClass()
    if is_tls() then
        return CIPHER_CLASS[cursor.metadata.tls_cipher_weakness]
    end
    return nil
end

-- Whether one of the certificate's names, "*." at its start allowed, is the name that the client asked for.
local function names_match(asked, names)
    asked = asked:lower()
    for name in names:lower():gmatch("[^,]+") do
        if name == asked or (name:sub(1, 2) == "*." and asked:match("^[^.]+%.(.*)$") == name:sub(3)) then
            return true
        end
    end
    return false
end

function flow.getTLSInfo()
    local info = {}
    if not is_tls() then
        return info
    end
    local metadata = cursor.metadata
    local asked, names, subject = texts.host_name(), texts.tls_server_names(), texts.tls_subject()
    info["protos.tls_version"] = metadata.tls_version
    info["protos.tls.subject_alt_name_match"] = asked ~= nil and names ~= nil and names_match(asked, names)
    info["protos.tls.certificate"] = asked
    info["protos.tls.client_requested_server_name"] = asked
    info["protos.tls.server_certificate"] = subject and (subject:match("CN=([^,]+)") or subject)
    info["protos.tls.server_names"] = names
    info["protos.tls.client_alpn"] = texts.tls_alpn()
    info["protos.tls.client_tls_supported_versions"] = texts.tls_supported_versions()
    if metadata.tls_not_before ~= 0 and metadata.tls_not_after ~= 0 then
        info["protos.tls.notBefore"] = metadata.tls_not_before
        info["protos.tls.notAfter"] = metadata.tls_not_after
    end
    info["protos.tls.issuerDN"] = texts.tls_issuer()
    info["protos.tls.subjectDN"] = subject
    info["protos.tls.ja3.client_hash"] = texts.tls_ja3_client()
    local server_hash = texts.tls_ja3_server()
    if server_hash then
        info["protos.tls.ja3.server_hash"] = server_hash
        info["protos.tls.ja3.server_unsafe_cipher"] = CIPHER_CLASS[metadata.tls_cipher_weakness]
        info["protos.tls.ja3.server_cipher"] = metadata.tls_server_cipher
    end
    return info
end

-- No list of malicious fingerprints is loaded here; nDPI's own is part of its risks.
local MALICIOUS_JA3 = protocols.risk_ids and protocols.risk_ids["malicious ja3 fingerp."]
function flow.hasMaliciousTlsSignature()
    return MALICIOUS_JA3 ~= nil and band(cursor.event.ndpi_risk, lshift(1ULL, MALICIOUS_JA3)) ~= 0
end

local function speaks(id)
    return cursor.event.ndpi_master == id or cursor.event.ndpi_app == id
end

function flow.getSSHInfo()
    if not speaks(SSH) then
        return {}
    end
    return {
        ["protos.ssh.client_signature"] = texts.ssh_client_signature(),
        ["protos.ssh.server_signature"] = texts.ssh_server_signature(),
        ["protos.ssh.hassh.client_hash"] = texts.ssh_hassh_client(),
        ["protos.ssh.hassh.server_hash"] = texts.ssh_hassh_server(),
    }
end

function flow.getHTTPInfo()
    local info = {}
    local method = texts.http_method()
    if method == nil and not speaks(HTTP) then
        return info
    end
    local url = texts.http_url()
    if url then
        info["protos.http.last_method"] = method
        info["protos.http.last_return_code"] = cursor.metadata.http_status
        info["protos.http.last_url"] = url
    end
    info["protos.http.server_name"] = texts.host_name()
    info["protos.http.last_user_agent"] = texts.http_user_agent()
    return info
end

local function is_dns()
    return cursor.metadata.dns_present == 1 or speaks(DNS)
end

function flow.dnsQueryHasInvalidChars()
    local query = is_dns() and texts.host_name()
    return query ~= nil and query ~= false and query:find("[^\32-\126]") ~= nil
end

-- "" where the flow is no DNS dialogue, nil where it asked for nothing.
function flow.getDnsQuery()
    if not is_dns() then
        return ""
    end
    local query = texts.host_name()
    return query and (query:gsub("[^\32-\126]", "?"))
end

function flow.getDNSInfo()
    local info = {}
    local query = is_dns() and flow.getDnsQuery()
    if query then
        info["protos.dns.last_query_type"] = cursor.metadata.dns_query_type
        info["protos.dns.last_return_code"] = cursor.metadata.dns_reply_code
        info["protos.dns.last_query"] = query
        if flow.dnsQueryHasInvalidChars() then
            info["protos.dns.invalid_chars_in_query"] = true
        end
    end
    return info
end

local function has_icmp()
    local l4 = cursor.event.l4_protocol
    return (l4 == ICMP or l4 == ICMPV6) and cursor.event.icmp_present == 1
end

-- The server's type and code once it has answered.
local function icmp_type_and_code()
    local event = cursor.event
    if event.srv2cli_packets ~= 0 then
        return event.srv2cli_icmp_type, event.srv2cli_icmp_code
    end
    return event.cli2srv_icmp_type, event.cli2srv_icmp_code
end

function flow.getICMPInfo()
    if not has_icmp() then
        return {}
    end
    local event = cursor.event
    return {
        type = event.cli2srv_icmp_type, code = event.cli2srv_icmp_code,
        max_payload_size = event.icmp_max_payload_bytes,
    }
end

function flow.getICMPStatusInfo()
    if not has_icmp() then
        return nil
    end
    local kind, code = icmp_type_and_code()
    return { type = kind, code = code }
end

function flow.getICMPType()
    if not has_icmp() then
        return 0
    end
    return (icmp_type_and_code())
end

function flow.getMaxSeenIcmpPayloadSize()
    return cursor.event.icmp_max_payload_bytes
end

function flow.hasRisk(id)
    local risks = cursor.event.ndpi_risk
    if type(id) ~= "number" then
        return risks ~= 0
    end
    return id >= 0 and id < 64 and band(risks, lshift(1ULL, id)) ~= 0
end

function flow.getRiskInfo()
    local info = {}
    if cursor.event.ndpi_risk ~= 0 then
        for id = 0, protocols.risk_count - 1 do
            if flow.hasRisk(id) then
                info[protocols.risks[id]] = id
            end
        end
    end
    return info
end

-- The packet that decided detection is not kept.
function flow.getnDPIMatchPacket()
    return { payload_len = 0 }
end

-- ---- everything at once ----

local function info_text()
    local custom = texts.custom_info()
    if custom then
        return custom
    end
    if is_dns() then
        return flow.getDnsQuery() or ""
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
        ["cli.localhost"] = client_has(LOCAL),
        ["srv.localhost"] = server_has(LOCAL),
        duration = flow.getDuration(),
        ["proto.l4"] = protocols.l4_text[event.l4_protocol],
        ["proto.ndpi"] = name_of(event.ndpi_master, event.ndpi_app),
        ["proto.ndpi_app"] = protocols.protocols[event.ndpi_app] or protocols.unknown,
        ["proto.ndpi_cat"] = flow.getnDPICategoryName(),
        ["cli2srv.bytes"] = tonumber(event.cli2srv_bytes),
        ["srv2cli.bytes"] = tonumber(event.srv2cli_bytes),
        ["cli2srv.packets"] = tonumber(event.cli2srv_packets),
        ["srv2cli.packets"] = tonumber(event.srv2cli_packets),
        info = info_text(),
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
    merge(info, flow.getTCPStats())
    info["tcp.seq_problems"] = flow.getClientTCPIssues() + flow.getServerTCPIssues() > 0
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
    local flags = bit.bor(event.cli2srv_tcp_flags, event.srv2cli_tcp_flags)
    local closing = band(flags, FIN + RST) ~= 0
    info.tcp_established = event.handshake_ok == 1 and not closing
    info.tcp_connecting = flow.isTCPConnecting()
    info.tcp_closed = event.state == 2
    info.tcp_reset = band(flags, RST) ~= 0
end

local function add_status(info)
    local verdict = cursor.verdict
    info["flow.idle"] = is_idle()
    info["flow.status"] = verdict.predominant_status
    info["flow_goodput.low"] = low_goodput()
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
    local info = add_protocols({})
    add_peer(info, "cli.", event.cli_address, event.cli_mac, event.cli_port, verdict.cli_traits,
        country(verdict.cli_place))
    add_peer(info, "srv.", event.srv_address, event.srv_mac, event.srv_port, verdict.srv_traits,
        country(verdict.srv_place))
    info.vlan = event.vlan_id
    info["ntopng.key"] = flow.getKey()
    info.hash_entry_id = tonumber(event.flow_id)
    info["moreinfo.json"] = "{}"
    merge(info, flow.getBytes())
    merge(info, flow.getPackets())
    merge(info, flow.getTime())
    merge(info, flow.getClient2ServerTraffic())
    merge(info, flow.getServer2ClientTraffic())
    merge(info, flow.getClient2ServerIAT())
    merge(info, flow.getServer2ClientIAT())
    local duration_s = add_throughput(info)
    if event.l4_protocol == TCP then
        add_tcp(info, duration_s)
    end
    if has_icmp() then
        info.icmp = flow.getICMPStatusInfo()
    end
    info.host_server_name = texts.host_name()
    info.bittorrent_hash = texts.bittorrent_hash()
    info.info = info_text()
    merge(info, flow.getHTTPInfo())
    merge(info, flow.getDNSInfo())
    merge(info, flow.getSSHInfo())
    merge(info, flow.getTLSInfo())
    if event.ndpi_risk ~= 0 then
        info.flow_risk = flow.getRiskInfo()
    end
    add_status(info)
    return info
end

-- ---- the short names of later versions ----

flow.cli = flow.getClientIp
flow.srv = flow.getServerIp
flow.cli2srv_bytes = flow.getBytesSent
flow.srv2cli_bytes = flow.getBytesRcvd
flow.bytes = bytes
flow.is_unicast = flow.isUnicast
flow.l7_master_proto = flow.getnDPIMasterProtoId
flow.l7_proto = flow.getnDPIAppProtoId
flow.l7_proto_name = flow.getnDPIProtocolName
flow.dns = flow.getDNSInfo
flow.ssh = flow.getSSHInfo
flow.http = flow.getHTTPInfo
flow.tls_quic = flow.getTLSInfo

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

local function names()
    local list = {}
    for name in pairs(flow) do
        list[#list + 1] = name
    end
    table.sort(list)
    return table.concat(list, "\n")
end

return { public = flow, names = names }
