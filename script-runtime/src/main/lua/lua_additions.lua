-- What Lua 5.3 has and LuaJIT lacks, as far as it can be had without syntax: utf8, math.type and its like, and numbers
-- that print as 5.3's integers do.
local type, tostring, select, error, floor = type, tostring, select, error, math.floor
local char, byte, sub, find = string.char, string.byte, string.sub, string.find
local format, gsub = string.format, string.gsub
local concat = table.concat

local INTEGERS = 2 ^ 63

local function is_whole(value)
    return value == floor(value) and value >= -INTEGERS and value < INTEGERS
end

-- As tostring, but whole numbers in all their digits, and 64-bit integers without LuaJIT's suffix.
local function text_of(value)
    local kind = type(value)
    if kind == "number" then
        if (value >= 1e14 or value <= -1e14) and is_whole(value) then
            return format("%.0f", value)
        end
    elseif kind == "cdata" then
        return (gsub(tostring(value), "U?LL$", ""))
    end
    return tostring(value)
end

-- A 64-bit integer is a number to scripts.
local function kind_of(...)
    if select("#", ...) == 0 then
        error("bad argument #1 to 'type' (value expected)", 2)
    end
    local kind = type((...))
    return kind == "cdata" and "number" or kind
end

local maths = {
    maxinteger = 9007199254740992, -- what a double holds without loss
    mininteger = -9007199254740992,
    type = function(value)
        if type(value) == "cdata" then
            return "integer"
        elseif type(value) ~= "number" then
            return nil
        end
        return is_whole(value) and "integer" or "float"
    end,
    tointeger = function(value)
        value = type(value) == "string" and tonumber(value) or value
        return (type(value) == "cdata" or type(value) == "number" and is_whole(value)) and value or nil
    end,
    ult = function(a, b)
        if (a < 0) ~= (b < 0) then
            return b < 0
        end
        return a < b
    end,
}

local utf8 = { charpattern = "[%z\1-\127\194-\253][\128-\191]*" }

local function encode(code)
    if type(code) ~= "number" or code < 0 or code > 0x7fffffff then
        error("bad argument to 'char' (value out of range)", 3)
    elseif code < 0x80 then
        return char(code)
    end
    local rest, first_room = {}, 0x40
    while code >= first_room do
        rest[#rest + 1] = char(0x80 + code % 64)
        code = floor(code / 64)
        first_room = first_room / 2
    end
    local parts = { char(256 - 2 * first_room + code) }
    for i = #rest, 1, -1 do
        parts[#parts + 1] = rest[i]
    end
    return concat(parts)
end

function utf8.char(...)
    local parts = { ... }
    for i = 1, #parts do
        parts[i] = encode(parts[i])
    end
    return concat(parts)
end

local LEAST = { 0, 0x80, 0x800, 0x10000 }

-- Code point and length at a byte; nil where the text is no UTF-8 (RFC 3629) there.
local function decode(text, position)
    local first = byte(text, position)
    if first == nil or first < 0x80 then
        return first, 1
    end
    local length = first >= 0xf0 and first < 0xf8 and 4 or first >= 0xe0 and first < 0xf0 and 3
        or first >= 0xc2 and first < 0xe0 and 2 or nil
    if length == nil then
        return nil
    end
    local code = first % 2 ^ (7 - length)
    for i = 1, length - 1 do
        local more = byte(text, position + i)
        if more == nil or more < 0x80 or more > 0xbf then
            return nil
        end
        code = code * 64 + more - 0x80
    end
    if code < LEAST[length] or code > 0x10ffff or (code >= 0xd800 and code <= 0xdfff) then
        return nil
    end
    return code, length
end

local function place(text, position, default)
    position = position or default
    return position < 0 and #text + position + 1 or position
end

function utf8.codepoint(text, first, last)
    first = place(text, first, 1)
    last = place(text, last, first)
    local codes = {}
    while first <= last do
        local code, length = decode(text, first)
        if code == nil then
            error("invalid UTF-8 code", 2)
        end
        codes[#codes + 1] = code
        first = first + length
    end
    return unpack(codes)
end

function utf8.len(text, first, last)
    first, last = place(text, first, 1), place(text, last, -1)
    local count = 0
    while first <= last do
        local code, length = decode(text, first)
        if code == nil then
            return nil, first
        end
        count = count + 1
        first = first + length
    end
    return count
end

function utf8.codes(text)
    return function(_, position)
        local after = position == 0 and 1 or position + 1
        while position > 0 and find(sub(text, after, after), "^[\128-\191]") do
            after = after + 1
        end
        if after > #text then
            return nil
        end
        local code = decode(text, after)
        if code == nil then
            error("invalid UTF-8 code", 2)
        end
        return after, code
    end, text, 0
end

local function continues(text, position)
    local value = byte(text, position)
    return value ~= nil and value >= 0x80 and value < 0xc0
end

function utf8.offset(text, n, first)
    first = place(text, first, n > 0 and 1 or #text + 1)
    if n == 0 then
        while first > 1 and continues(text, first) do
            first = first - 1
        end
        return first
    elseif continues(text, first) then
        error("initial position is a continuation byte", 2)
    end
    while n < 0 and first > 1 do
        repeat
            first = first - 1
        until first <= 1 or not continues(text, first)
        n = n + 1
    end
    while n > 1 and first <= #text do
        repeat
            first = first + 1
        until not continues(text, first)
        n = n - 1
    end
    return (n == 0 or n == 1) and first or nil
end

-- Length without __len, of a table or text.
local function length_of(value)
    if type(value) ~= "table" and type(value) ~= "string" then
        error("table or string expected", 2)
    end
    return #value
end

return { rawlen = length_of, utf8 = utf8, math = maths, tostring = text_of, type = kind_of }
