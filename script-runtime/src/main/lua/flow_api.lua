-- Every function of `flow`: name, generations that have it, arguments, result, meaning, and for the test a sample of
-- arguments. The `flow` object of each generation, the reference in docs/flow-scripts.md and the test of all functions
-- are made from this table. A name whose shape differs between generations has a row for each shape.
--
-- "open" is what scripts get that name no generation: the row of 2019, else that of 4.2, of 4.0, of current, in this
-- order; rows that say "open" themselves come before all.
local OLD = "2019 4.0 4.2"
local LATER = "4.0 4.2"

-- What ntopng had for some months only: late in 2019, until plugins came, until flow scripts went. Scripts of those
-- months lie where those of the generation before or after them do.
local AFTER_2019, BEFORE_4_0 = "2019 open", "2019 4.0 open"
local AFTER_4_2, AFTER_BOTH = "4.2 open", "2019 4.2 open"

--
-- needs: what the script thread has to know of every flow where a script may call the function: "hosts", what is known
-- of the two hosts; "past", that and the flow's counters at its previous event; absent where the event alone will do.
--
-- basic: what the function gives where `--flow-stats basic` keeps no statistics; absent where it gives the same.

local groups = {}

local function group(title, rows)
    groups[#groups + 1] = { title = title, rows = rows }
end

group("Who", {
    { "getKey", OLD, "", "integer", "Sum of addresses, ports, VLAN and protocol, 32 bits; flows can share it." },
    { "getHashEntryId", OLD, "", "integer", "Number of the flow, unique within a run; `flow_id` in EVE." },
    { "getClientKey", OLD, "", "string", "Client as `address@vlan`." },
    { "getServerKey", OLD, "", "string", "Server as `address@vlan`." },
    { "getClientPort", "2019", "", "table", "`cli.port`." },
    { "getServerPort", "2019", "", "table", "`srv.port`." },
    { "getClientPort", "4.2", "", "integer", "Client's port; 0 where the protocol has none." },
    { "getServerPort", "4.2", "", "integer", "Server's port; 0 where the protocol has none." },
    { "cli", "current", "", "string", "Client's address." },
    { "srv", "current", "", "string", "Server's address." },
    { "cli_port", "current", "", "integer", "Client's port; 0 where the protocol has none." },
    { "srv_port", "current", "", "integer", "Server's port; 0 where the protocol has none." },
    { "protocol", "current", "", "integer", "IP protocol: 6 is TCP." },
    { "vlan_id", "current", "", "integer", "VLAN of the innermost tag; 0 without." },
    { "getInfo", OLD, "", "table", "The flow in short: `cli.ip`, `srv.ip`, `cli.port`, `srv.port`, `cli.localhost`, "
        .. "`srv.localhost`, `duration`, `proto.l4`, `proto.ndpi`, `proto.ndpi_app`, `proto.ndpi_cat`, "
        .. "`cli2srv.bytes`, `srv2cli.bytes`, `cli2srv.packets`, `srv2cli.packets`; from 4.0 on `info`.",
        needs = "hosts" },
    { "getFullInfo", OLD, "", "table", "All that is known, some 100 entries; `tprint(flow.getFullInfo())` shows them.",
        basic = "lengths, fragments, gaps, retransmissions and type of service in it are 0", needs = "past",
        apart = true },
    { "setCustomInfo", "4.2", "text", "boolean", "Puts a text in place of the flow's `info`, for as long as it lives.",
        "'words'" },
    { "getMUDInfo", OLD, "", "table", "What a MUD profile needs: `host_server_name`, `protos.dns.last_query`, "
        .. "`is_local`, and for `cli.` and `srv.` `mud_recording`, `serialize_by_mac`, `mac`; from 4.0 on `devtype`.",
        needs = "hosts", apart = true },
    { "getClientMUDPref", AFTER_2019, "", "string", "The client's `mud_recording` of `getMUDInfo`, as in 2019." },
    { "getServerMUDPref", AFTER_2019, "", "string", "The server's." },
    { "serializeClientByMac", AFTER_2019, "", "boolean", "The client's `serialize_by_mac` of `getMUDInfo`." },
    { "serializeServerByMac", AFTER_2019, "", "boolean", "The server's." },
    { "getClientIp", AFTER_BOTH, "", "string", "Client's address; IPv6 as in RFC 5952." },
    { "getServerIp", AFTER_BOTH, "", "string", "Server's address." },
    { "getFlowProtoClientIP", AFTER_4_2, "", "string", "Address of the side that asks in the application's protocol: "
        .. "the client's, unless the client's port alone is below 1024." },
    { "getFlowProtoServerIP", AFTER_4_2, "", "string", "Address of the other side." },
    { "getProtocol", AFTER_4_2, "", "integer", "IP protocol." },
    { "getClientInfo", AFTER_2019, "", "table", "What `getFullInfo` has of the client: its keys that begin with "
        .. "`cli.`.",
        needs = "hosts", apart = true },
    { "getServerInfo", AFTER_2019, "", "table", "The same of the server, `srv.`.", needs = "hosts", apart = true },
    { "getFlowInfoField", AFTER_4_2, "", "string", "The `info` of `getInfo`." },
    { "getClientMac", AFTER_4_2, "", "string", "Client's MAC address." },
    { "getServerMac", AFTER_4_2, "", "string", "MAC address that the client's first packet went to." },
})

group("Where", {
    { "isLocal", OLD, "", "boolean", "Both hosts lie in `--local-networks`.", needs = "hosts" },
    { "isLocalToRemote", OLD, "", "boolean", "A local client and a remote server.", needs = "hosts" },
    { "isRemoteToLocal", OLD, "", "boolean", "A remote client and a local server.", needs = "hosts" },
    { "isRemoteToRemote", OLD, "", "boolean", "Neither host is local.", needs = "hosts" },
    { "direction", "current", "", "string", "`local@local`, `local@remote`, `remote@local` or `remote2remote`.",
        needs = "hosts" },
    { "isClientUnicast", OLD, "", "boolean", "Client's address is neither broadcast nor multicast.", needs = "hosts" },
    { "isServerUnicast", OLD, "", "boolean", "Server's address is neither broadcast nor multicast.", needs = "hosts" },
    { "isUnicast", OLD, "", "boolean", "Neither address is broadcast or multicast.", needs = "hosts" },
    { "is_unicast", "current", "", "boolean", "Neither address is broadcast or multicast.", needs = "hosts" },
    { "getUnicastInfo", OLD, "", "table", "`cli.broadmulticast`, `srv.broadmulticast`.", needs = "hosts" },
    { "isClientNoIP", "4.2", "", "boolean", "Client's address is 0.0.0.0 or `::`." },
    { "isServerNoIP", "4.2", "", "boolean", "Server's address is 0.0.0.0 or `::`." },
    { "getClientCountry", LATER, "", "string or nil", "Client's country, two letters.", needs = "hosts" },
    { "getServerCountry", LATER, "", "string or nil", "Server's country, two letters.", needs = "hosts" },
    { "getClientGeolocation", "2019", "", "table", "`cli.country`, `cli.city`, `cli.latitude`, `cli.longitude`; "
        .. "unknown: `\"\"`, `\"\"`, 0, 0.", needs = "hosts" },
    { "getServerGeolocation", "2019", "", "table", "`srv.country`, `srv.city`, `srv.latitude`, `srv.longitude`.",
        needs = "hosts" },
    { "isBlacklisted", OLD, "", "boolean", "A host stands in `--blacklist`, or nDPI's category is Malware.",
        needs = "hosts" },
    { "isBlacklistedFlow", OLD .. " open", "", "boolean", "As `isBlacklisted`; the documentation of 2019 calls it so.",
        needs = "hosts" },
    { "getBlacklistedInfo", OLD, "", "table", "Those that hold of `blacklisted.cli`, `blacklisted.srv`, "
        .. "`blacklisted.cat`.", needs = "hosts" },
    { "getDeviceProtoAllowedInfo", OLD, "", "table", "`cli.devtype`, `srv.devtype`, `cli.allowed`, `srv.allowed`, and "
        .. "where a host may not speak it `cli.disallowed_proto` or `srv.disallowed_proto`.", apart = true },
    { "isDeviceProtocolNotAllowed", LATER, "", "boolean", "The device policy forbids the application to one of the "
        .. "hosts.", apart = true },
})

group("Time and counters", {
    { "getFirstSeen", OLD, "", "integer", "Time of the first packet." },
    { "getLastSeen", OLD, "", "integer", "Time of the last packet." },
    { "getDuration", OLD, "", "integer", "Seconds from the first packet to the last." },
    { "getTime", "2019", "", "table", "`seen.first`, `seen.last`, `duration`." },
    { "getDurationInfo", "2019", "", "table", "`first_seen`, `last_seen`, `twh_over` (TCP's opening is over, well or "
        .. "badly)." },
    { "getPacketsSent", OLD, "", "integer", "Packets from the client." },
    { "getPacketsRcvd", OLD, "", "integer", "Packets from the server." },
    { "getBytesSent", OLD, "", "integer", "Bytes from the client." },
    { "getBytesRcvd", OLD, "", "integer", "Bytes from the server." },
    { "getPackets", "2019", "", "table", "`packets`, `packets.sent`, `packets.rcvd`, `packets.last` (since the flow's "
        .. "previous event).", needs = "past" },
    { "getPackets", LATER, "", "integer", "Packets of both directions." },
    { "getBytes", "2019", "", "table", "`bytes`, `goodput_bytes`, `bytes.last`, `goodput_bytes.last`.",
        needs = "past" },
    { "getBytes", LATER, "", "integer", "Bytes of both directions." },
    { "getGoodputBytes", LATER, "", "integer", "Payload bytes of both directions." },
    { "bytes", "current", "", "integer", "Bytes of both directions." },
    { "cli2srv_bytes", "current", "", "integer", "Bytes from the client." },
    { "srv2cli_bytes", "current", "", "integer", "Bytes from the server." },
    { "getClient2ServerTraffic", "2019", "", "table", "`cli2srv.` with `bytes`, `goodput_bytes`, `packets`, `last`, "
        .. "`pkt_len.min`, `.max`, `.avg`, `.stddev`, `fragments`.",
        basic = "`pkt_len.min`, `.max`, `.stddev` and `fragments` are 0", needs = "past" },
    { "getServer2ClientTraffic", "2019", "", "table", "The same with `srv2cli.`.",
        basic = "`pkt_len.min`, `.max`, `.stddev` and `fragments` are 0", needs = "past" },
    { "getClient2ServerIAT", OLD, "", "table", "Time between the client's packets in ms: `interarrival.cli2srv` with "
        .. "`min`, `max`, `avg`, `stddev`.",
        basic = "all of it is 0" },
    { "getServer2ClientIAT", OLD, "", "table", "The same of the server: `interarrival.srv2cli`.",
        basic = "all of it is 0" },
    { "isBidirectional", OLD, "", "boolean", "Packets in both directions." },
    { "is_oneway", "current", "", "boolean", "Packets in one direction only, whichever." },
    { "isNotPurged", OLD, "", "boolean", "Silent for ten idle timeouts and still here." },
    { "getGoodputRatio", AFTER_4_2, "", "number", "Payload's share of all bytes in percent." },
    { "hasLowGoodput", BEFORE_4_0, "", "boolean", "A minute old or more, no UDP, less than 40 % payload, not yet "
        .. "idle." },
    { "hasSlowDataExchange", BEFORE_4_0, "", "boolean", "The same of a flow that is idle." },
})

group("TCP", {
    { "isTwhOK", OLD, "", "boolean", "The three-way handshake was seen whole; `false` for other protocols." },
    { "isTCPConnecting", LATER, "", "boolean", "No more than SYN, and SYN-ACK in return." },
    { "isTCPConnectionRefused", LATER, "", "boolean", "The server sent RST and no whole handshake was seen." },
    { "getTCPStats", OLD, "", "table", "`cli2srv.` and `srv2cli.` with `retransmissions`, `out_of_order`, `lost`.",
        basic = "all of it is 0" },
    { "getClientTCPIssues", OLD, "", "integer", "The three added up, of what the client sent.",
        basic = "it is 0" },
    { "getServerTCPIssues", OLD, "", "integer", "The three added up, of what the server sent.",
        basic = "it is 0" },
    { "getClientRetrPercentage", "4.2", "", "number", "Retransmitted share of the client's packets, 0 to 1; 0 up to "
        .. "ten packets.",
        basic = "it is 0" },
    { "getServerRetrPercentage", "4.2", "", "number", "The same of the server.",
        basic = "it is 0" },
    { "getTCPPacketIssues", "2019", "", "table", "At most one of `has_low_goodput`, `has_slow_data_exchange` (once "
        .. "idle), `is_connection_refused`." },
    { "getTCPInfo", AFTER_2019, "", "table", "What `getFullInfo` has of TCP; `{}` of other flows.",
        basic = "retransmissions, order and losses are 0" },
    { "isTcpZeroWinAlert", AFTER_4_2, "", "table", "`client`, `server`: whether it announced a receive window of 0." },
    { "isConnectionRefused", BEFORE_4_0, "", "boolean", "As `isTCPConnectionRefused`." },
    { "isTwhOver", AFTER_2019, "", "boolean", "TCP's opening is over, well or badly." },
})

group("Application", {
    { "getnDPICategoryName", OLD, "", "string", "Category." },
    { "getnDPICategoryId", LATER, "", "integer", "Category's number." },
    { "getnDPIMasterProtoId", LATER, "", "integer", "Number of the carrying protocol; 0 where there is but one." },
    { "getnDPIAppProtoId", LATER, "", "integer", "Number of the application; 0 unknown." },
    { "getnDPIProtocolName", LATER, "", "string", "`DNS`, `TLS.YouTube`, `Unknown`." },
    { "l7_master_proto", "current", "", "integer", "Number of the carrying protocol." },
    { "l7_proto", "current", "", "integer", "Number of the application." },
    { "l7_proto_name", "current", "", "string", "`DNS`, `TLS.YouTube`, `Unknown`." },
    { "matchesL7", "2019", "id", "boolean", "Master or application has this number.", "5" },
    { "getProtocols", "2019", "", "table", "`proto.l4`, `proto.l4_id`, `proto.ndpi`, `proto.ndpi_id`, "
        .. "`proto.master_ndpi_id`, `proto.ndpi_breed`, `proto.ndpi_cat`, `proto.ndpi_cat_id`." },
    { "getProtocolBreedInfo", "2019", "", "table", "`proto.ndpi_breed`." },
    { "getProtoBreed", LATER, "", "string", "`Safe`, `Acceptable`, `Fun`, `Unsafe`, `Potentially Dangerous`, "
        .. "`Dangerous`, `Unrated`." },
    { "hasRisk", "4.2", "id", "boolean", "nDPI found this risk; without a number, any.", "8" },
    { "getRiskInfo", "4.2", "", "table", "Risks found: number by name.", apart = true },
    { "getRiskBitmap", AFTER_4_2, "", "integer", "Risks found: bit n is risk n." },
    { "getnDPIMatchPacket", "4.2", "", "table", "Payload of the packet at which nDPI named the application: `payload`, "
        .. "raw and cut off at 256 bytes, and `payload_len`, its length; 0 and no `payload` where it was guessed." },
    { "getTLSVersion", OLD, "", "integer", "769 is TLS 1.0, 772 is TLS 1.3; 0 if not TLS, which QUIC is "
        .. "only to scripts that name no generation." },
    { "getTLSInfo", "2019", "", "table", "`protos.tls_version`, `protos.tls.` with `subject_alt_name_match`, "
        .. "`certificate` (name asked for), `server_certificate`, and `ja3.`: `client_hash`, `client_malicious`, "
        .. "`server_hash`, `server_unsafe_cipher`, `server_cipher`, `server_malicious`." },
    { "getTLSInfo", "4.0", "", "table", "`protos.tls_version`, `protos.tls.` with `server_names`, `client_alpn`, "
        .. "`client_tls_supported_versions`, `client_requested_server_name`, `notBefore`, `notAfter`, and `ja3.` as in "
        .. "2019." },
    { "getTLSInfo", "4.2", "", "table", "As in 4.0, and `issuerDN`, `subjectDN`." },
    { "getTLSInfo", "open", "", "table", "What all of 2019, 4.0 and 4.2 have, and `ja4.client_hash`." },
    { "tls_quic", "current", "", "table", "As in 4.2, but `ja4.client_hash`, of TLS over TCP, instead of `ja3.`; "
        .. "`{}` if neither TLS nor QUIC." },
    { "getServerCipherClass", LATER, "", "string or nil", "`safe`, `weak`, `insecure`; nil if not TLS." },
    { "hasMaliciousTlsSignature", LATER, "", "boolean", "A JA3 of the flow is on the list of malicious ones." },
    { "getHTTPInfo", OLD, "", "table", "`protos.http.` with `last_method`, `last_return_code`, `last_url`, "
        .. "`server_name`; `{}` if not HTTP." },
    { "http", "current", "", "table", "The same, `last_user_agent` and `last_server`." },
    { "getDNSInfo", OLD, "", "table", "`protos.dns.` with `last_query`, `last_query_type`, `last_return_code`, "
        .. "`invalid_chars_in_query`; `{}` if not DNS." },
    { "dns", "current", "", "table", "The same." },
    { "getDnsQuery", LATER, "", "string or nil", "Name asked for; `\"\"` if not DNS, nil if nothing was asked." },
    { "dnsQueryHasInvalidChars", LATER, "", "boolean", "The name held bytes that cannot be printed." },
    { "getSSHInfo", OLD, "", "table", "`protos.ssh.` with `client_signature`, `server_signature`, "
        .. "`hassh.client_hash`, `hassh.server_hash`; `{}` if not SSH." },
    { "ssh", "current", "", "table", "The same." },
    { "getICMPInfo", "2019", "", "table", "Client's `type` and `code`, `max_payload_size`; `{}` if not ICMP or "
        .. "ICMPv6." },
    { "getICMPStatusInfo", "2019", "", "table or nil", "`type` and `code`; nil if not ICMP, also for ICMPv6." },
    { "getICMPStatusInfo", "4.0 4.2 open", "", "table or nil", "`type` and `code`, the server's once it answered; also "
        .. "for ICMPv6." },
    { "getICMPType", LATER, "", "integer", "Type, the server's once it answered; 0 if not ICMP." },
    { "getMaxSeenIcmpPayloadSize", LATER, "", "integer", "Longest ICMP payload in bytes." },
    { "shouldCheckTlsCertificate", BEFORE_4_0, "", "boolean", "The client asked for a name, and the certificate was "
        .. "seen." },
    { "getSSLInfo", AFTER_2019, "", "table", "As `getTLSInfo`." },
    { "getSSLVersion", AFTER_2019, "", "integer", "As `getTLSVersion`." },
})

local DEFINITION = "flow_consts.status_types.status_blacklisted"

group("Status, score, alert", {
    { "triggerStatus", "2019", "status_id, info, severity", "none", "Sets the status and asks for an alert.",
        "13, { why = 'test' }, 1" },
    { "triggerStatus", "4.0", "definition, info, score, client_score, server_score, severity", "none",
        "Sets the status, adds the scores if it was not set, asks for an alert.", DEFINITION .. ", {}, 10, 20, 30" },
    { "triggerStatus", "4.2", "created, score, client_score, server_score", "none", "Sets the status that "
        .. "`definition.create(severity, ...)` made, adds the scores, asks for an alert.",
        DEFINITION .. ".create(" .. DEFINITION .. ".alert_severity, {}), 10, 20, 30" },
    { "triggerStatus", "open", "status, ...", "none", "Takes the arguments of any of the three, told apart by the "
        .. "first: a number or key, a definition, or what `create` made.", "13, {}" },
    { "setStatus", "2019", "status_id", "none", "Sets the status without an alert.", "5" },
    { "setStatus", "4.0", "definition, score, client_score, server_score", "boolean", "Sets the status and adds the "
        .. "scores; whether it was not set before.", DEFINITION .. ", 1, 2, 3" },
    { "setStatus", "4.2", "status_key, score, client_score, server_score, script_key, category", "boolean",
        "Sets the status and adds the scores; `false` for key 0 only.", "17, 1, 2, 3, 'script'" },
    { "setStatus", "open", "status, score, client_score, server_score", "boolean", "Sets the status and adds the "
        .. "scores; whether it was not set before.", "5" },
    { "clearStatus", "2019", "status_id", "none", "Takes the status away.", "5" },
    { "clearStatus", "4.0", "definition", "none", "Takes the status away; its scores stay.", DEFINITION },
    { "clearStatus", "open", "status", "none", "Takes the status away.", "5" },
    { "addStatus", AFTER_2019, "status", "none", "As `setStatus`.", "5" },
    { "getStatus", OLD, "", "integer", "All statuses: bit n is status n of the script's generation." },
    { "isStatusSet", LATER, "id", "boolean", "Whether the status holds.", "5" },
    { "getPredominantStatus", "2019 4.0", "", "integer", "The status that speaks for the flow: in 2019 that of highest "
        .. "`prio`, in 4.0 that of highest score; 0 none." },
    { "setPredominantStatus", "2019", "status_id", "none", "Overrides it.", "5" },
    { "canTriggerAlert", "2019", "", "boolean", "The flow has had no alert yet." },
    { "isAlerted", AFTER_4_2, "", "boolean", "The flow has had an alert." },
    { "getPredominantAlert", AFTER_4_2, "", "integer", "Alert type of the predominant status; 0 none." },
    { "getAlertedStatus", "4.2", "", "integer", "Status of the last alert; 0 none." },
    { "getAlertedStatusScore", LATER, "", "number", "Score that the last alert was raised with; 0 none." },
    { "triggerAlert", "2019 4.0", "status_id, alert_type, severity, now, info", "boolean", "Raises an alert at once; "
        .. "`false` where the flow has had one.", "13, 7, 1, now, 'words'" },
    { "triggerAlert", "4.2", "status_key, alert_key, severity, score, now, info", "table", "Raises an alert at once: "
        .. "`triggered`, and then `alert_json`.", "1, 8, 4, 50, now, 'words'" },
    { "triggerAlert", "current", "score, message", "string", "An alert in words of the script's own, once per flow.",
        "50, 'words'" },
    { "triggerAlert", "open", "...", "any", "Takes the arguments of any of the three.", "13, 7, 1, now" },
    { "storeAlert", AFTER_2019, "alert_type, severity, info", "boolean", "Raises an alert of a type without a status; "
        .. "`false` where the flow has had one.", "7, 1, '{}'" },
    { "getScore", "2019", "", "integer", "Score of the flow; 65535 until one is set." },
    { "getScore", LATER, "", "integer", "Score of the flow." },
    { "setScore", "2019", "score", "none", "Sets the score of the flow.", "70" },
    { "setClientScore", "2019", "score", "none", "Sets what the flow lays on its client.", "70" },
    { "setServerScore", "2019", "score", "none", "Sets what the flow lays on its server.", "70" },
    { "getScoreInfo", "2019", "", "table", "`score`, `cli.score`, `srv.score`, `status_map`, and `status_info` once "
        .. "alerted." },
    { "getScoreInfo", LATER, "", "table", "`score`, `status_map`, and `status_info` once alerted." },
    { "incScore", BEFORE_4_0, "score", "none", "Adds to the score of the flow.", "7" },
    { "getClientScore", AFTER_2019, "", "integer", "What live flows lay on the client together." },
    { "getServerScore", AFTER_2019, "", "integer", "What live flows lay on the server together." },
    { "retrieveExternalAlertInfo", OLD, "", "string or nil", "JSON of an [alert of another program](#external-alerts) "
        .. "about the flow: `source`, `severity_id`, `alert`; handed out once, nil where none waits." },
    { "isPassVerdict", OLD, "", "boolean", "Whether the flow may pass: always, for Millrace only watches." },
    { "methodNamesToIds", AFTER_2019, "", "table", "A number for each function of `flow`.", apart = true },
    { "callMethodById", AFTER_2019, "number, ...", "any", "Calls the function of that number with the other arguments.",
        "flow.methodNamesToIds().getKey", needs = "past", apart = true },
})

local NAME, GENERATIONS, ARGUMENTS, RESULT, MEANING, SAMPLE = 1, 2, 3, 4, 5, 6

local function has(row, generation)
    return (" " .. row[GENERATIONS] .. " "):find(" " .. generation .. " ", 1, true) ~= nil
end

local SEARCHED = { "open", "2019", "4.2", "4.0", "current" }

-- The row of each name in a generation: name -> row.
local function rows_of(generation)
    local rows = {}
    for _, searched in ipairs(generation == "open" and SEARCHED or { generation }) do
        for _, part in ipairs(groups) do
            for _, row in ipairs(part.rows) do
                if has(row, searched) and rows[row[NAME]] == nil then
                    rows[row[NAME]] = row
                end
            end
        end
    end
    return rows
end

-- Name -> generation -> true, of those that ntopng had.
local function presence()
    local present = {}
    for _, part in ipairs(groups) do
        for _, row in ipairs(part.rows) do
            local known = present[row[NAME]] or {}
            present[row[NAME]] = known
            for generation in row[GENERATIONS]:gmatch("%S+") do
                known[generation] = true
            end
        end
    end
    return present
end

-- The generation whose function a row's name stands for in another's table: its own, or where it was found.
local function source_of(row, generation)
    if has(row, generation) then
        return generation
    end
    for _, searched in ipairs(SEARCHED) do
        if has(row, searched) then
            return searched
        end
    end
end

-- What of each name of a generation is missing with `--flow-stats basic`: name -> words.
local function wanting_statistics(generation)
    local list = {}
    for name, row in pairs(rows_of(generation)) do
        list[name] = row.basic
    end
    return list
end

-- What each name needs, by whatever row: name -> "hosts", "past" or "event".
local function needs()
    local list = {}
    for _, part in ipairs(groups) do
        for _, row in ipairs(part.rows) do
            list[row[NAME]] = row.needs or list[row[NAME]] or "event"
        end
    end
    return list
end

-- Names whose functions LuaJIT cannot compile in one trace with their caller: name -> true.
local function apart()
    local list = {}
    for _, part in ipairs(groups) do
        for _, row in ipairs(part.rows) do
            list[row[NAME]] = row.apart or list[row[NAME]]
        end
    end
    return list
end

-- One line per name and generation: name, generation, arguments, result, sample, separated by tabs.
local function lines()
    local list = {}
    for _, generation in ipairs({ "2019", "4.0", "4.2", "current", "open" }) do
        for name, row in pairs(rows_of(generation)) do
            list[#list + 1] = table.concat({ name, generation, row[ARGUMENTS], row[RESULT], row[SAMPLE] or "" }, "\t")
        end
    end
    table.sort(list)
    return table.concat(list, "\n")
end

-- The function reference as Markdown.
local function document()
    local out = {}
    for _, part in ipairs(groups) do
        out[#out + 1] = "### " .. part.title .. "\n"
        out[#out + 1] = "| function | generations | result | meaning |"
        out[#out + 1] = "|---|---|---|---|"
        for _, row in ipairs(part.rows) do
            out[#out + 1] = ("| `%s(%s)` | %s | %s | %s |"):format(row[NAME], row[ARGUMENTS],
                row[GENERATIONS]:gsub(" ", ", "), row[RESULT],
                row[MEANING] .. (row.basic and " With `--flow-stats basic` " .. row.basic .. "." or ""))
        end
        out[#out + 1] = ""
    end
    return table.concat(out, "\n")
end

return { rows_of = rows_of, presence = presence, source_of = source_of, lines = lines, document = document,
    wanting_statistics = wanting_statistics, needs = needs, apart = apart }
