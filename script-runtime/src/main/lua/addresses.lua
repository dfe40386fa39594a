-- Addresses as text. Texts are kept, so that naming a busy host again costs one table lookup: each number has one place
-- for its text, and the next number of the same place takes it over. Such a table never grows and is never made anew.
local library = ...
local ffi = library("layout").ffi
local band = bit.band
local format = string.format

local PLACES = 4096
local ipv4_numbers, ipv4_texts, mac_numbers, mac_texts = {}, {}, {}, {}
for place = 1, PLACES do
    ipv4_numbers[place], ipv4_texts[place], mac_numbers[place], mac_texts[place] = -1, "", -1, ""
end

local MAX_KEPT = 65536
local kept, kept_count = {}, 0

-- "0." to "255.", and the same without the full stop.
local first_bytes, last_bytes, hexadecimal = {}, {}, {}
for byte = 0, 255 do
    last_bytes[byte] = tostring(byte)
    first_bytes[byte] = last_bytes[byte] .. "."
    hexadecimal[byte] = format("%02X", byte)
end

local function number_of(address)
    return address[0] * 16777216 + address[1] * 65536 + address[2] * 256 + address[3]
end

local function word_at(address, first)
    return address[first] * 16777216 + address[first + 1] * 65536 + address[first + 2] * 256 + address[first + 3]
end

local function ipv4(address)
    local number = number_of(address)
    local place = number % PLACES + 1
    if ipv4_numbers[place] == number then
        return ipv4_texts[place]
    end
    local text = first_bytes[address[0]] .. first_bytes[address[1]] .. first_bytes[address[2]] .. last_bytes[address[3]]
    ipv4_numbers[place], ipv4_texts[place] = number, text
    return text
end

local function mac_text(mac)
    local number = mac[0] * 1099511627776 + mac[1] * 4294967296 + mac[2] * 16777216 + mac[3] * 65536 + mac[4] * 256
        + mac[5]
    local place = number % PLACES + 1
    if mac_numbers[place] == number then
        return mac_texts[place]
    end
    local text = hexadecimal[mac[0]] .. ":" .. hexadecimal[mac[1]] .. ":" .. hexadecimal[mac[2]] .. ":"
        .. hexadecimal[mac[3]] .. ":" .. hexadecimal[mac[4]] .. ":" .. hexadecimal[mac[5]]
    mac_numbers[place], mac_texts[place] = number, text
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
    return (table.concat(parts))
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
            return (number_of(address))
        end
        return word_at(address, 0) + word_at(address, 4) + word_at(address, 8) + word_at(address, 12)
    end,
    mac = mac_text,
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
