-- Addresses as text. Texts of IPv4 addresses are kept, so that naming a busy host again costs one table lookup.
local library = ...
local ffi = library("layout").ffi
local band = bit.band
local format = string.format

local MAX_KEPT = 65536
local kept, kept_count = {}, 0

local function number_of(address)
    return address[0] * 16777216 + address[1] * 65536 + address[2] * 256 + address[3]
end

local function ipv4(address)
    local number = number_of(address)
    local text = kept[number]
    if text == nil then
        text = address[0] .. "." .. address[1] .. "." .. address[2] .. "." .. address[3]
        if kept_count == MAX_KEPT then
            kept, kept_count = {}, 0
        end
        kept[number] = text
        kept_count = kept_count + 1
    end
    return text
end

-- RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as "::".
local function ipv6_text(address)
    local groups = {}
    for i = 0, 7 do
        groups[i] = address[2 * i] * 256 + address[2 * i + 1]
    end
    local best, best_length = -1, 1
    local i = 0
    while i < 8 do
        local run = i
        while run < 8 and groups[run] == 0 do
            run = run + 1
        end
        if run - i > best_length then
            best, best_length = i, run - i
        end
        i = run > i and run or i + 1
    end
    local parts = {}
    i = 0
    while i < 8 do
        if i == best then
            parts[#parts + 1] = i == 0 and "::" or ":"
            i = i + best_length
        else
            parts[#parts + 1] = format("%x", groups[i])
            i = i + 1
            if i < 8 then
                parts[#parts + 1] = ":"
            end
        end
    end
    return table.concat(parts)
end

local function ipv6(address)
    local key = ffi.string(address, 16)
    local text = kept[key]
    if text == nil then
        text = ipv6_text(address)
        if kept_count == MAX_KEPT then
            kept, kept_count = {}, 0
        end
        kept[key] = text
        kept_count = kept_count + 1
    end
    return text
end

return {
    text = function(address, version)
        if version == 6 then
            return ipv6(address)
        end
        return ipv4(address)
    end,
    -- What ntopng adds up for a flow's key: an IPv4 address as a number, the sum of the four words of an IPv6 address.
    key = function(address, version)
        if version == 4 then
            return number_of(address)
        end
        local sum = 0
        for word = 0, 3 do
            sum = sum + number_of(address + 4 * word)
        end
        return sum
    end,
    mac = function(mac)
        return format("%02X:%02X:%02X:%02X:%02X:%02X", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5])
    end,
    is_private = function(address, version)
        if version == 6 then
            return band(address[0], 0xfe) == 0xfc or (address[0] == 0xfe and band(address[1], 0xc0) == 0x80)
        end
        local first, second = address[0], address[1]
        return first == 10 or first == 127 or (first == 192 and second == 168)
            or (first == 172 and band(second, 0xf0) == 16) or (first == 169 and second == 254)
    end,
    is_empty = function(address)
        for i = 0, 15 do
            if address[i] ~= 0 then
                return false
            end
        end
        return true
    end,
}
