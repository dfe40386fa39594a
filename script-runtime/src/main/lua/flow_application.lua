-- Functions of `flow` that say what client and server told each other in clear: SSH, HTTP, DNS.
local library = ...
local protocols = library("protocols")
local texts = library("flow_texts")

local cursor = library("layout").cursor

local HTTP, DNS, SSH = protocols.ids.http or 7, protocols.ids.dns or 5, protocols.ids.ssh or 92

local flow = {}

local function speaks(id)
    return cursor.event.ndpi_master == id or cursor.event.ndpi_app == id
end

local function add_ssh(info)
    if speaks(SSH) then
        info["protos.ssh.client_signature"] = texts.ssh_client_signature()
        info["protos.ssh.server_signature"] = texts.ssh_server_signature()
        info["protos.ssh.hassh.client_hash"] = texts.ssh_hassh_client()
        info["protos.ssh.hassh.server_hash"] = texts.ssh_hassh_server()
    end
    return info
end

function flow.getSSHInfo()
    return (add_ssh({}))
end

local function is_http()
    return cursor.metadata.http_method_length ~= 0 or speaks(HTTP)
end

local function add_http(info)
    if not is_http() then
        return info
    end
    local url = texts.http_url()
    if url then
        info["protos.http.last_method"] = texts.http_method()
        info["protos.http.last_return_code"] = cursor.metadata.http_status
        info["protos.http.last_url"] = url
    end
    info["protos.http.server_name"] = texts.host_name()
    return info
end

local function http_of_old()
    return (add_http({}))
end

-- Later with what both sides call themselves.
function flow.http()
    local info = http_of_old()
    if info["protos.http.last_url"] ~= nil or info["protos.http.server_name"] ~= nil then
        info["protos.http.last_user_agent"] = texts.http_user_agent()
        info["protos.http.last_server"] = texts.http_server()
    end
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

local function add_dns(info)
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

function flow.getDNSInfo()
    return (add_dns({}))
end

-- All of the above into a table.
local function add_all(info)
    return (add_ssh(add_dns(add_http(info))))
end

flow.dns, flow.ssh = flow.getDNSInfo, flow.getSSHInfo

-- Scripts that name no generation get from the old name all that the new one has.
local old = { getHTTPInfo = http_of_old }
return {
    public = flow, is_dns = is_dns, add_all = add_all,
    by_generation = { ["2019"] = old, ["4.0"] = old, ["4.2"] = old, open = { getHTTPInfo = flow.http } },
}
