-- Functions of `flow` that say what client and server told each other: TLS, SSH, HTTP, DNS.
local library = ...
local protocols = library("protocols")
local texts = library("flow_texts")

local cursor = library("layout").cursor

local HTTP, DNS, SSH = protocols.ids.http or 7, protocols.ids.dns or 5, protocols.ids.ssh or 92

local flow = {}

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

-- nDPI puts "?" in the place of bytes that cannot be printed.
function flow.dnsQueryHasInvalidChars()
    local query = is_dns() and texts.host_name()
    return query ~= nil and query ~= false and query:find("[^\32-\62\64-\126]") ~= nil
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

return { public = flow, is_dns = is_dns }
