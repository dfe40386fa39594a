-- Functions of `flow` about ICMP and ICMPv6: type, code, largest payload.
local library = ...
local layout = library("layout")
local addresses = library("addresses")
local texts = library("flow_texts")
local cursor = library("layout").cursor

local ICMP, ICMPV6 = 1, 58

local flow = {}

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

local function status_info()
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

local bytes = layout.ffi.typeof("const uint8_t *")
local SOURCE, DESTINATION = 6, 22

-- The packet that an error quotes; nil where there is none.
local function quoted()
    local quote = texts.icmp_quote()
    if quote == nil then
        return nil
    end
    local version, protocol, source_high, source_low, destination_high, destination_low = quote:byte(1, 6)
    local at = layout.ffi.cast(bytes, quote)
    return {
        src_ip = addresses.text(at + SOURCE, version), dst_ip = addresses.text(at + DESTINATION, version),
        src_port = source_high * 256 + source_low, dst_port = destination_high * 256 + destination_low,
        protocol = protocol,
    }
end

-- In 2019 always what the client sent.
local function sent_by_client()
    if not has_icmp() then
        return nil
    end
    return { type = cursor.event.cli2srv_icmp_type, code = cursor.event.cli2srv_icmp_code }
end

-- In 2019 not for ICMPv6 either.
local function status_info_of_2019()
    if cursor.event.l4_protocol == ICMPV6 then
        return nil
    end
    return (sent_by_client())
end

return {
    public = flow, has_icmp = has_icmp, quoted = quoted,
    -- Type and code as a generation's scripts know them, of ICMP and ICMPv6; nil for other flows.
    status_of = function(generation)
        if generation == "2019" then
            return (sent_by_client())
        end
        return (status_info())
    end,
    by_generation = {
        ["2019"] = { getICMPStatusInfo = status_info_of_2019 }, ["4.0"] = { getICMPStatusInfo = status_info },
        ["4.2"] = { getICMPStatusInfo = status_info }, open = { getICMPStatusInfo = status_info },
    },
}
