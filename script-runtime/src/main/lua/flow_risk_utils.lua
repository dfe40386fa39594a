-- nDPI's risks by the names that scripts use, and their texts.
local library = ...
local protocols = library("protocols")
local i18n = library("i18n")

local NAMES = { [0] = "no_risk", "url_possible_xss", "url_possible_sql_injection", "url_possible_rce_injection",
    "binary_application_transfer", "known_protocol_on_non_standard_port", "tls_selfsigned_certificate",
    "tls_obsolete_version", "tls_weak_cipher", "tls_certificate_expired", "tls_certificate_mismatch",
    "http_suspicious_user_agent", "http_numeric_ip_host", "http_suspicious_url", "http_suspicious_header",
    "tls_not_carrying_https", "suspicious_dga_domain", "malformed_packet", "ssh_obsolete_client_version_or_cipher",
    "ssh_obsolete_server_version_or_cipher", "smb_insecure_version", "tls_suspicious_esni_usage", "unsafe_protocol",
    "dns_suspicious_traffic", "tls_missing_sni" }

return {
    -- The module, made anew for each script.
    make = function()
        local risks = {}
        for id = 0, #NAMES do
            risks["ndpi_" .. NAMES[id]] = id
        end
        return {
            risks = risks,
            risk_id_2_i18n = function(id)
                local name = NAMES[tonumber(id)]
                return i18n("flow_risk.ndpi_" .. tostring(name)) or protocols.risks[tonumber(id)] or ""
            end,
        }
    end,
}
