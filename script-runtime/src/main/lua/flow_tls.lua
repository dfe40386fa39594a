-- Functions of `flow` about TLS and QUIC: version, names, certificate, fingerprints.
local library = ...
local texts = library("flow_texts")
local protocols = library("protocols")

local cursor = library("layout").cursor
local band, lshift = bit.band, bit.lshift

local QUIC = protocols.ids.quic or 188
local CIPHER_CLASS = { [0] = "safe", "weak", "insecure" }
-- nDPI looks JA3 fingerprints up in its list of malicious ones; what it finds is one of its risks.
local MALICIOUS_JA3 = protocols.risk_ids["possibly malicious ja3 fingerprint"]
    or protocols.risk_ids["malicious ja3 fingerp."]

local flow = {}

local function is_tls()
    local metadata = cursor.metadata
    return metadata.tls_version ~= 0 or metadata.tls_ja3_client_length ~= 0
end

-- What QUIC carries was no TLS to scripts up to 4.2.
local function is_old_tls()
    local event = cursor.event
    return is_tls() and event.ndpi_master ~= QUIC and event.ndpi_app ~= QUIC
end

-- The functions that ask whether the flow is TLS.
local function asking(is_meant)
    local functions = {}

    function functions.getTLSVersion()
        return is_meant() and cursor.metadata.tls_version or 0
    end

    function functions.getServerCipherClass()
        if is_meant() then
            return CIPHER_CLASS[cursor.metadata.tls_cipher_weakness]
        end
        return nil
    end
    return functions
end

local function is_malicious(digest)
    return (MALICIOUS_JA3 ~= nil and band(cursor.event.ndpi_risk, lshift(1ULL, MALICIOUS_JA3)) ~= 0
        and digest == "client") or false
end

function flow.hasMaliciousTlsSignature()
    return (is_malicious("client"))
end

-- Whether one of the certificate's names, "*." at its start allowed, is the name that the client asked for. Here and
-- below without loops and patterns: LuaJIT compiles plain searches with the hook.
local function names_match(asked, names)
    asked, names = asked:lower(), "," .. names:lower() .. ","
    if names:find("," .. asked .. ",", 1, true) ~= nil then
        return true
    end
    local dot = asked:find(".", 1, true)
    return dot ~= nil and dot > 1 and names:find(",*" .. asked:sub(dot) .. ",", 1, true) ~= nil
end

-- The common name of a distinguished name; all of it where there is none.
local function common_name(subject)
    local start = subject:find("CN=", 1, true)
    if start == nil then
        return subject
    end
    local stop = subject:find(",", start + 3, true)
    return subject:sub(start + 3, stop and stop - 1 or -1)
end

local function add_certificate_of_2019(info)
    local asked, names, subject = texts.host_name(), texts.tls_server_names(), texts.tls_subject()
    info["protos.tls.subject_alt_name_match"] = asked ~= nil and names ~= nil and names_match(asked, names)
    info["protos.tls.certificate"] = asked
    info["protos.tls.server_certificate"] = subject and common_name(subject)
end

local function add_names(info)
    local metadata = cursor.metadata
    info["protos.tls.client_requested_server_name"] = texts.host_name()
    info["protos.tls.server_names"] = texts.tls_server_names()
    info["protos.tls.client_alpn"] = texts.tls_alpn()
    info["protos.tls.client_tls_supported_versions"] = texts.tls_supported_versions()
    if metadata.tls_not_before ~= 0 and metadata.tls_not_after ~= 0 then
        info["protos.tls.notBefore"] = metadata.tls_not_before
        info["protos.tls.notAfter"] = metadata.tls_not_after
    end
end

local function add_distinguished_names(info)
    info["protos.tls.issuerDN"] = texts.tls_issuer()
    info["protos.tls.subjectDN"] = texts.tls_subject()
end

local function add_ja3(info)
    local metadata = cursor.metadata
    info["protos.tls.ja3.client_hash"] = texts.tls_ja3_client()
    if is_malicious("client") then
        info["protos.tls.ja3.client_malicious"] = true
    end
    local server_hash = texts.tls_ja3_server()
    if server_hash then
        info["protos.tls.ja3.server_hash"] = server_hash
        info["protos.tls.ja3.server_unsafe_cipher"] = CIPHER_CLASS[metadata.tls_cipher_weakness]
        info["protos.tls.ja3.server_cipher"] = metadata.tls_server_cipher
    end
end

local function add_nothing()
end

local function add_ja4(info)
    info["protos.tls.ja4.client_hash"] = texts.tls_ja4()
end

-- A function that fills a table with these parts, four at most, leaves it alone if not TLS, and returns it.
local function adding(is_meant, first, second, third, fourth)
    third, fourth = third or add_nothing, fourth or add_nothing
    return function(info)
        if is_meant() then
            info["protos.tls_version"] = cursor.metadata.tls_version
            first(info)
            second(info)
            third(info)
            fourth(info)
        end
        return info
    end
end

local function add_ja3_and_ja4(info)
    add_ja3(info)
    add_ja4(info)
end

local ADDING = {
    ["2019"] = adding(is_old_tls, add_certificate_of_2019, add_ja3),
    ["4.0"] = adding(is_old_tls, add_names, add_ja3),
    ["4.2"] = adding(is_old_tls, add_names, add_distinguished_names, add_ja3),
    current = adding(is_tls, add_names, add_distinguished_names, add_ja4),
    open = adding(is_tls, add_certificate_of_2019, add_names, add_distinguished_names,
        add_ja3_and_ja4),
}

local function made_by(add)
    return function()
        return (add({}))
    end
end

local by_generation = { current = { tls_quic = made_by(ADDING.current) } }
local IS_MEANT = { ["2019"] = is_old_tls, ["4.0"] = is_old_tls, ["4.2"] = is_old_tls, open = is_tls }
for generation, is_meant in pairs(IS_MEANT) do
    by_generation[generation] = asking(is_meant)
    by_generation[generation].getTLSInfo = made_by(ADDING[generation])
end
-- Whether there is a name that the client asked for, and a certificate to compare it with.
function flow.shouldCheckTlsCertificate()
    return is_old_tls() and texts.host_name() ~= nil and (texts.tls_server_names() or texts.tls_subject()) ~= nil
end
for _, generation in ipairs({ "2019", "open" }) do
    by_generation[generation].getSSLVersion = by_generation[generation].getTLSVersion
    by_generation[generation].getSSLInfo = by_generation[generation].getTLSInfo
end

return { public = flow, adding = ADDING, by_generation = by_generation }
