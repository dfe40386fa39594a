-- JSON text (RFC 8259) to and from Lua values, under the name and with the calls that flow scripts know.
local null = setmetatable({}, { __tostring = function() return "null" end, __metatable = false })
local MAX_DEPTH = 100
local INTEGERS = 2 ^ 63

local format, byte, sub, find, char, gsub =
    string.format, string.byte, string.sub, string.find, string.char, string.gsub
local concat, sort, floor, huge = table.concat, table.sort, math.floor, math.huge
local type, tostring, tonumber, pairs, error, select, pcall, getmetatable, setmetatable =
    type, tostring, tonumber, pairs, error, select, pcall, getmetatable, setmetatable

local ESCAPES = {
    ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t",
}

local function escape(character)
    return ESCAPES[character] or format("\\u%04x", byte(character))
end

local function quote(text)
    if find(text, '[%c"\\\127]') then
        text = gsub(text, '[%c"\\\127]', escape)
    end
    return '"' .. text .. '"'
end

local function number(value)
    if value ~= value or value == huge or value == -huge then
        return "null"
    end
    if value == floor(value) and value > -INTEGERS and value < INTEGERS then
        return format(value > -1e15 and value < 1e15 and "%d" or "%.0f", value)
    end
    return format("%.14g", value)
end

-- Length of a list, or nil: keys 1..n and no other, n at most twice the number of values.
local function list_length(value)
    local count, highest = 0, 0
    for key in pairs(value) do
        if type(key) ~= "number" or key < 1 or key ~= floor(key) then
            return nil
        end
        count = count + 1
        highest = key > highest and key or highest
    end
    if highest > 10 and highest > 2 * count then
        return nil
    end
    return highest
end

local encode_value

-- empty: what a table without entries is where its metatable does not say.
local function encode_object(value, out, depth, empty)
    local names, values = {}, {}
    for key, item in pairs(value) do
        local kind = type(item)
        if (type(key) == "string" or type(key) == "number") and kind ~= "function" and kind ~= "thread" then
            local name = type(key) == "number" and number(key) or key
            names[#names + 1] = name
            values[name] = item
        end
    end
    sort(names)
    out[#out + 1] = "{"
    for i = 1, #names do
        out[#out + 1] = i == 1 and quote(names[i]) or "," .. quote(names[i])
        out[#out + 1] = ":"
        encode_value(values[names[i]], out, depth + 1, empty)
    end
    out[#out + 1] = "}"
end

local function encode_empty(value, out, empty)
    local metatable = getmetatable(value)
    local kind = type(metatable) == "table" and metatable.__jsontype
    out[#out + 1] = kind == "array" and "[]" or kind == "object" and "{}" or empty
end

function encode_value(value, out, depth, empty)
    local kind = type(value)
    if value == nil or value == null then
        out[#out + 1] = "null"
    elseif kind == "string" then
        out[#out + 1] = quote(value)
    elseif kind == "number" then
        out[#out + 1] = number(value)
    elseif kind == "boolean" then
        out[#out + 1] = value and "true" or "false"
    elseif kind == "cdata" then
        out[#out + 1] = (tostring(value):gsub("[UL]*$", ""))
    elseif kind == "table" then
        if depth > MAX_DEPTH then
            error("table too deep or circular for JSON: more than " .. MAX_DEPTH .. " levels", 0)
        end
        local length = list_length(value)
        if length == nil then
            encode_object(value, out, depth, empty)
        elseif length == 0 then
            encode_empty(value, out, empty)
        else
            out[#out + 1] = "["
            for i = 1, length do
                if i > 1 then
                    out[#out + 1] = ","
                end
                encode_value(value[i], out, depth + 1, empty)
            end
            out[#out + 1] = "]"
        end
    else
        error("type '" .. kind .. "' is not supported by JSON.", 0)
    end
end

local function encode_with(value, empty)
    local out = {}
    encode_value(value, out, 1, empty)
    return concat(out)
end

local function encode(value)
    return (encode_with(value, "{}"))
end

-- ---- reading ----

local function fail(what, text, position)
    local line = select(2, gsub(sub(text, 1, position - 1), "\n", "")) + 1
    error({ position = position, message = what .. " at line " .. line .. ", byte " .. position }, 0)
end

local function skip_space(text, position)
    return find(text, "[^ \t\r\n]", position) or #text + 1
end

local function utf8(code)
    if code < 0x80 then
        return char(code)
    elseif code < 0x800 then
        return char(0xc0 + floor(code / 64), 0x80 + code % 64)
    elseif code < 0x10000 then
        return char(0xe0 + floor(code / 4096), 0x80 + floor(code / 64) % 64, 0x80 + code % 64)
    end
    return char(0xf0 + floor(code / 262144), 0x80 + floor(code / 4096) % 64, 0x80 + floor(code / 64) % 64,
        0x80 + code % 64)
end

local UNESCAPES = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/" }

local function read_string(text, position)
    local parts, start = {}, position + 1
    while true do
        local stop = find(text, '["\\]', start)
        if stop == nil then
            fail("unterminated string", text, position)
        end
        parts[#parts + 1] = sub(text, start, stop - 1)
        if byte(text, stop) == 34 then
            return concat(parts), stop + 1
        end
        local letter = sub(text, stop + 1, stop + 1)
        if letter == "u" then
            local digits = sub(text, stop + 2, stop + 5):match("^%x%x%x%x$") or fail("bad \\u escape", text, stop)
            local code = tonumber(digits, 16)
            start = stop + 6
            if code >= 0xd800 and code < 0xdc00 then
                local low_digits = sub(text, start, start + 5):match("^\\u(%x%x%x%x)$")
                local low = low_digits and tonumber(low_digits, 16) or 0
                if low >= 0xdc00 and low < 0xe000 then
                    code = 0x10000 + (code - 0xd800) * 1024 + (low - 0xdc00)
                    start = start + 6
                end
            end
            parts[#parts + 1] = utf8(code)
        else
            parts[#parts + 1] = UNESCAPES[letter] or fail("bad escape", text, stop)
            start = stop + 2
        end
    end
end

local read_value

local function read_object(text, position, reading, depth)
    local object = setmetatable({}, reading.object)
    position = skip_space(text, position + 1)
    if sub(text, position, position) == "}" then
        return object, position + 1
    end
    while true do
        if sub(text, position, position) ~= '"' then
            fail("expected a member name", text, position)
        end
        local name
        name, position = read_string(text, position)
        position = skip_space(text, position)
        if sub(text, position, position) ~= ":" then
            fail("expected ':'", text, position)
        end
        object[name], position = read_value(text, position + 1, reading, depth)
        position = skip_space(text, position)
        local separator = sub(text, position, position)
        if separator == "}" then
            return object, position + 1
        elseif separator ~= "," then
            fail("expected ',' or '}'", text, position)
        end
        position = skip_space(text, position + 1)
    end
end

local function read_array(text, position, reading, depth)
    local array, length = setmetatable({}, reading.array), 0
    position = skip_space(text, position + 1)
    if sub(text, position, position) == "]" then
        return array, position + 1
    end
    while true do
        length = length + 1
        array[length], position = read_value(text, position, reading, depth)
        position = skip_space(text, position)
        local separator = sub(text, position, position)
        if separator == "]" then
            return array, position + 1
        elseif separator ~= "," then
            fail("expected ',' or ']'", text, position)
        end
        position = position + 1
    end
end

function read_value(text, position, reading, depth)
    if depth > MAX_DEPTH then
        fail("more than " .. MAX_DEPTH .. " levels", text, position)
    end
    position = skip_space(text, position)
    local first = sub(text, position, position)
    if first == "{" then
        return read_object(text, position, reading, depth + 1)
    elseif first == "[" then
        return read_array(text, position, reading, depth + 1)
    elseif first == '"' then
        return read_string(text, position)
    end
    local word = text:match("^%a+", position)
    if word == "true" then
        return true, position + 4
    elseif word == "false" then
        return false, position + 5
    elseif word == "null" then
        return reading.null_value, position + 4
    end
    local digits = text:match("^%-?%d+%.?%d*[eE]?[%+%-]?%d*", position)
    local value = digits and tonumber(digits)
    if value == nil then
        fail("no valid JSON value", text, position)
    end
    return value, position + #digits
end

-- The value and the position after it; or nil, the position of the error and its text. metatables: of objects and
-- arrays; nil for none.
local function decode(text, position, null_value, metatables)
    if type(text) ~= "string" then
        return nil, 1, "no JSON text but a " .. type(text)
    end
    local reading = { null_value = null_value, object = metatables and metatables.object,
        array = metatables and metatables.array }
    local ok, value, next_position = pcall(read_value, text, position or 1, reading, 1)
    if ok then
        return value, next_position
    end
    if type(value) == "table" then
        return nil, value.position, value.message
    end
    return nil, 1, tostring(value)
end

-- The module as scripts have it: a table without entries is an array unless its metatable says that it is an object,
-- which it does of what was read as one.
local function make()
    return {
        version = "dkjson 2.5",
        encode = function(value)
            return (encode_with(value, "[]"))
        end,
        decode = function(text, position, null_value, ...)
            local object, array = { __jsontype = "object" }, { __jsontype = "array" }
            if select("#", ...) > 0 then
                object, array = ...
            end
            return decode(text, position, null_value, { object = object, array = array })
        end,
        quotestring = quote,
        null = null,
    }
end

return { encode = encode, decode = decode, make = make }
