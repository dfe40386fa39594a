-- What `create` of a 4.2 status definition makes of its arguments, by alert type: the parameters of the alert. Types
-- without a creator are not listed.
local library = ...
local ipairs, assert, loadstring = ipairs, assert, loadstring

local function as_given(info)
    return info
end

local function nothing()
    return {}
end

-- A function that puts its arguments under these keys. No loop, which LuaJIT would not compile with the hook.
local function named(...)
    local keys, arguments, fields = { ... }, {}, {}
    for i, key in ipairs(keys) do
        arguments[i], fields[i] = "a" .. i, ("[%q] = a%d"):format(key, i)
    end
    return assert(loadstring(("return function(%s) return { %s } end"):format(
        table.concat(arguments, ", "), table.concat(fields, ", ")), "@millrace/alert_creators.lua"))()
end

local TLS = "protos.tls."

local function dangerous_protocol(now)
    return function(tls_version, tls_info)
        local info = type(tls_info) == "table" and tls_info or {}
        return {
            tls_version = tls_version,
            ["tls_crt.cli"] = info[TLS .. "client_requested_server_name"],
            ["tls_crt.srv"] = info[TLS .. "server_names"],
            ["tls_crt.notBefore"] = info[TLS .. "notBefore"],
            ["tls_crt.notAfter"] = info[TLS .. "notAfter"],
            ["tls_crt.issuerDN"] = info[TLS .. "issuerDN"],
            ["tls_crt.now"] = now(),
            cli_ja3_signature = info[TLS .. "ja3.client_hash"],
        }
    end
end

return {
    alert_flow_blacklisted = as_given,
    alert_blacklisted_country = named("cli_country", "srv_country", "cli_blacklisted", "srv_blacklisted"),
    alert_flow_blocked = nothing,
    alert_flow_misbehaviour = named("elephant.l2r_threshold", "elephant.r2l_threshold"),
    alert_device_protocol_not_allowed = named("cli.devtype", "srv.devtype", "devproto_forbidden_peer",
        "devproto_forbidden_id"),
    external_alert = as_given,
    alert_connection_issues = named("tcp_stats", "cli2srv_pkts", "srv2cli_pkts", "is_severe", "client_issues",
        "server_issues"),
    alert_internals = nothing,
    alert_potentially_dangerous_protocol = dangerous_protocol(library("packet_time").now),
    alert_udp_unidirectional = nothing,
    alert_web_mining = nothing,
    alert_suspicious_file_transfer = as_given,
    alert_known_proto_on_non_std_port = as_given,
    alert_flow_risk = named("risk_id"),
    alert_unexpected_dhcp = as_given,
    alert_unexpected_dns = as_given,
    alert_unexpected_smtp = as_given,
    alert_unexpected_ntp = as_given,
}
