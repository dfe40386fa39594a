-- Globals that flow scripts expect: printing, texts, small helpers for strings and tables, number formats.
local library = ...
local emission = library("emission")
local packet_time = library("packet_time")
local protocols = library("protocols")
local i18n = library("i18n")
local describe = library("status_texts")
local additions = library("lua_additions")
local getinfo = debug.getinfo
local floor = math.floor
local sort, concat = table.sort, table.concat

local TRACE_NAMES = { [0] = "ERROR: ", "WARNING: ", "", "", "" }
local ITEM_LIMIT = 1000

local globals = {
    TRACE_ERROR = 0, TRACE_WARNING = 1, TRACE_NORMAL = 2, TRACE_INFO = 3, TRACE_DEBUG = 4,
    TRACE_CONSOLE = 0, TRACE_WEB = 1, MAX_TRACE_LEVEL = 4, TRACE_LEVEL = 2,
}

-- ---- printing ----

local function trace(level, file, line, message)
    emission.text(packet_time.date("!%d/%b/%Y %H:%M:%S") .. " [" .. file:match("[^/]*$") .. ":" .. line .. "] "
        .. (TRACE_NAMES[level] or "") .. message:gsub("[\r\n]+$", "") .. "\n")
end
globals.trace = trace

local function caller(level)
    local info = getinfo(level + 1, "Sl")
    if info == nil then
        return "?", 0
    end
    return info.source:gsub("^[@=]", ""), info.currentline
end

function globals.print(value)
    local file, line = caller(2)
    if type(value) == "string" then
        if value ~= "" then
            trace(2, file, line, value)
        end
    elseif type(value) == "number" then
        trace(2, file, line, ("%f"):format(value))
    else
        trace(1, file, line, "print takes a string or a number, not " .. (value == nil and "nil" or type(value)))
    end
end

-- The functions that read and set the TRACE_LEVEL of one script, which is one of its globals.
local function tracing(own)
    return {
        traceError = function(level, mode, message)
            level = tonumber(level) or 2
            if level <= (tonumber(rawget(own, "TRACE_LEVEL")) or 2) then
                local file, line = caller(2)
                trace(level, file, line, tostring(message))
            end
        end,
        setTraceLevel = function(level)
            own.TRACE_LEVEL = tonumber(level) or own.TRACE_LEVEL
        end,
        resetTraceLevel = function()
            own.TRACE_LEVEL = 1
        end,
    }
end

-- Keys in one order, so that a replay prints the same again: numbers first, then by text.
local function sorted_keys(of)
    local keys = {}
    for key in pairs(of) do
        keys[#keys + 1] = key
    end
    sort(keys, function(a, b)
        local number_a, number_b = type(a) == "number", type(b) == "number"
        if number_a ~= number_b then
            return number_a
        end
        if number_a then
            return a < b
        end
        return tostring(a) < tostring(b)
    end)
    return keys
end

local function dump(value, path, left)
    if left <= 0 then
        emission.text("ERROR: Item limit reached.\n")
        return -1
    end
    local kind = additions.type(value)
    if kind ~= "table" then
        emission.text(path .. " " .. kind .. " " .. additions.tostring(value) .. "\n")
        return left - 1
    end
    emission.text(path .. " table\n")
    left = left - 1
    for _, key in ipairs(sorted_keys(value)) do
        left = dump(value[key], path == "" and tostring(key) or path .. "." .. tostring(key), left)
        if left < 0 then
            break
        end
    end
    return left
end

-- Writes a value and all it holds, one line each: path, type, text. Returns how many more items it would have written.
function globals.tprint(value)
    local left = dump(value, "", ITEM_LIMIT)
    return left < 0 and 0 or left
end

globals.i18n = i18n
globals.language = "en"

-- ---- choices and strings ----

function globals.ternary(condition, if_true, if_false)
    if condition then
        return if_true
    end
    return if_false
end

function globals.isEmptyString(text)
    return text == nil or text == ""
end

local function starts(text, prefix)
    return text:sub(1, #prefix) == prefix
end

local function ends(text, suffix)
    return suffix == "" or text:sub(-#suffix) == suffix
end

-- Pieces between separators, at least one.
local function split(text, separator)
    local pieces, start = {}, 1
    while true do
        local first, last = text:find(separator, start, true)
        if first == nil or last < first then
            pieces[#pieces + 1] = text:sub(start)
            return pieces
        end
        pieces[#pieces + 1] = text:sub(start, first - 1)
        start = last + 1
    end
end

globals.starts, globals.ends, globals.split = starts, ends, split

local strings = {
    starts = starts,
    ends = ends,
    contains = function(text, part)
        return text:find(part, 1, true) ~= nil
    end,
    -- nil where the pattern does not occur.
    split = function(text, pattern)
        if not text:find(pattern) then
            return nil
        end
        local pieces, start = {}, 1
        while true do
            local first, last = text:find(pattern, start)
            if first == nil or last < first then
                pieces[#pieces + 1] = text:sub(start)
                return pieces
            end
            pieces[#pieces + 1] = text:sub(start, first - 1)
            start = last + 1
        end
    end,
}

function globals.firstToUpper(text)
    return (text:gsub("^%l", string.upper))
end

function globals.noHtml(text)
    return text and (text:gsub("<.->", ""):gsub("&nbsp;", " "))
end

local LONGEST = 24

-- What is longer ends in "...".
function globals.shortenString(text, most)
    most = tonumber(most) or LONGEST
    return #text < most and text or text:sub(1, most) .. "..."
end

function globals.toboolean(text)
    if text == "true" or text == true then
        return true
    elseif text == "false" or text == false then
        return false
    end
    return nil
end

function globals.tolongint(value)
    return ("%d"):format(tonumber(value) or 0)
end

-- ---- tables ----

local function clone(value)
    if type(value) ~= "table" then
        return value
    end
    local copy = {}
    for key, item in pairs(value) do
        copy[key] = clone(item)
    end
    return copy
end

local function same(a, b)
    if type(a) ~= "table" or type(b) ~= "table" then
        return a == b
    end
    for key, item in pairs(a) do
        if not same(item, b[key]) then
            return false
        end
    end
    for key in pairs(b) do
        if a[key] == nil then
            return false
        end
    end
    return true
end

local tables = {
    len = function(of)
        local count = 0
        for _ in pairs(of or {}) do
            count = count + 1
        end
        return count
    end,
    empty = function(of)
        return of == nil or next(of) == nil
    end,
    merge = function(a, b)
        local merged = {}
        for key, item in pairs(a or {}) do
            merged[key] = item
        end
        for key, item in pairs(b or {}) do
            merged[key] = item
        end
        return merged
    end,
    clone = clone,
    compare = same,
    tconcat = function(of, key_separator, item_separator)
        local parts = {}
        for _, key in ipairs(sorted_keys(of)) do
            parts[#parts + 1] = tostring(key) .. (key_separator or "=") .. tostring(of[key])
        end
        return concat(parts, item_separator or ",")
    end,
    slice = function(of, first, last, step)
        local part = {}
        for i = first or 1, last or #of, step or 1 do
            part[#part + 1] = of[i]
        end
        return part
    end,
    unpack = unpack,
    pack = function(...)
        return { n = select("#", ...), ... }
    end,
}

-- ---- sorted iterators ----

local function asc(a, b)
    return a < b
end

local function rev(a, b)
    return a > b
end

local function insensitive(order)
    return function(a, b)
        return order(type(a) == "string" and a:lower() or a, type(b) == "string" and b:lower() or b)
    end
end

globals.asc, globals.rev = asc, rev
globals.asc_insensitive, globals.rev_insensitive = insensitive(asc), insensitive(rev)

local function by(of, order, rank)
    local keys = sorted_keys(of)
    if rank ~= nil or order ~= nil then
        local before = order or asc
        rank = rank or function(key) return key end
        -- Position settles ties, for table.sort keeps no order of its own.
        local position = {}
        for i, key in ipairs(keys) do
            position[key] = i
        end
        sort(keys, function(a, b)
            local rank_a, rank_b = rank(a), rank(b)
            if rank_a == rank_b then
                return position[a] < position[b]
            end
            return before(rank_a, rank_b)
        end)
    end
    local i = 0
    return function()
        i = i + 1
        if keys[i] ~= nil then
            return keys[i], of[keys[i]]
        end
    end
end

function globals.pairsByKeys(of, order)
    return by(of, order)
end

function globals.pairsByValues(of, order)
    return by(of, order, function(key) return of[key] end)
end

function globals.pairsByField(of, field, order)
    return by(of, order, function(key) return of[key][field] end)
end

-- ---- flows ----

globals.l4_keys = protocols.l4_keys
globals.L4_PROTO_KEYS = protocols.l4_ids

function globals.l4_proto_to_id(name)
    return protocols.l4_ids[name]
end

function globals.l4_proto_to_string(number)
    return protocols.l4_text[tonumber(number)]
end
globals.l4Label = globals.l4_proto_to_string

-- "[L4] client:port -> server:port [L7]" from what flow.getInfo() returned.
function globals.shortFlowLabel(info)
    return "[" .. info["proto.l4"] .. "] " .. info["cli.ip"] .. ":" .. info["cli.port"] .. " -> "
        .. info["srv.ip"] .. ":" .. info["srv.port"] .. " [" .. info["proto.ndpi"] .. "]"
end

function globals.getDeviceProtocolPoliciesUrl(parameters)
    return "/lua/admin/edit_device_protocols.lua" .. (parameters and "?" .. parameters or "")
end

function globals.areAlertsEnabled()
    return library("ntop").ntop.getPref("ntopng.prefs.disable_alerts_generation") ~= "1"
end

function globals.isIPv4(text)
    local a, b, c, d = tostring(text):match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
    return a ~= nil and tonumber(a) < 256 and tonumber(b) < 256 and tonumber(c) < 256 and tonumber(d) < 256
end

function globals.isIPv6(text)
    text = tostring(text)
    return text:find(":", 1, true) ~= nil and text:match("^[%x:%.]+$") ~= nil
end

function globals.isBroadMulticast(text)
    local first = tonumber(tostring(text):match("^(%d+)%.%d+%.%d+%.%d+$"))
    return text == "0.0.0.0" or text == "255.255.255.255" or (first ~= nil and first >= 224 and first < 240)
        or tostring(text):lower():match("^ff%x%x:") ~= nil
end

function globals.isMacAddress(text)
    return tostring(text):match("^%x%x:%x%x:%x%x:%x%x:%x%x:%x%x$") ~= nil
end

-- Names are not looked up: a script thread waits for nobody.
function globals.resolveAddress(host)
    return host.host or host.ip
end

-- side: "cli" or "srv" where the table is a flow's. The VLAN is left out where there is none, unless it is asked for.
function globals.hostinfo2hostkey(info, side, with_vlan)
    local text = side and info[side .. ".ip"] or info.ip or info.mac or info.name or info.host or ""
    local vlan = tonumber(info.vlan or side and info[side .. ".vlan"]) or 0
    return (vlan ~= 0 or with_vlan) and text .. "@" .. vlan or text
end

function globals.hostkey2hostinfo(key)
    local host, vlan = key:match("^(.*)@(%d+)$")
    return { host = host or key, vlan = tonumber(vlan) or 0 }
end

-- ---- number formats ----

local function scaled(value, base, units)
    value = tonumber(value) or 0
    local unit = 1
    while math.abs(value) >= base and unit < #units do
        value = value / base
        unit = unit + 1
    end
    return (value == floor(value) and "%d %s" or "%.2f %s"):format(value, units[unit])
end

function globals.bytesToSize(value)
    return scaled(value, 1024, { "Bytes", "KB", "MB", "GB", "TB", "PB" })
end

function globals.bitsToSize(value)
    return scaled(value, 1000, { "bps", "kbps", "Mbps", "Gbps", "Tbps" })
end

function globals.pktsToSize(value)
    return scaled(value, 1000, { "pps", "Kpps", "Mpps", "Gpps" })
end

function globals.round(value, places)
    local factor = 10 ^ (places or 0)
    return floor(value * factor + 0.5) / factor
end

function globals.formatValue(value)
    local text = ("%d"):format(tonumber(value) or 0)
    local count
    repeat
        text, count = text:gsub("^(%-?%d+)(%d%d%d)", "%1,%2")
    until count == 0
    return text
end

function globals.formatPackets(value)
    return globals.formatValue(value) .. " Pkts"
end

function globals.formatFlows(value)
    return globals.formatValue(value) .. " Flows"
end

function globals.formatEpoch(epoch)
    return packet_time.date("!%d/%m/%Y %H:%M:%S", epoch)
end

function globals.secondsToTime(seconds)
    seconds = floor(tonumber(seconds) or 0)
    if seconds < 1 then
        return "< 1 sec"
    end
    local days, hours = floor(seconds / 86400), floor(seconds / 3600) % 24
    local clock = ("%02d:%02d"):format(floor(seconds / 60) % 60, seconds % 60)
    if hours > 0 or days > 0 then
        clock = ("%02d:"):format(hours) .. clock
    end
    if days > 0 then
        return days .. (days == 1 and " day, " or " days, ") .. clock
    end
    return seconds < 60 and seconds .. " sec" or clock
end

function globals.msToTime(milliseconds)
    milliseconds = tonumber(milliseconds) or 0
    if milliseconds < 1000 then
        return ("%.3f ms"):format(milliseconds)
    end
    return globals.secondsToTime(milliseconds / 1000)
end

local REMOTE_TO_LOCAL = 18

-- What definitions of elephant flows say, by the number or definition of the status and the info of its script.
function globals.formatElephantFlowStatus(status, info)
    local id = type(status) == "table" and status.status_id or status
    if id == REMOTE_TO_LOCAL then
        return describe("elephant_remote_to_local", info) or i18n("flow_details.elephant_flow_r2l")
    end
    return describe("elephant_local_to_remote", info) or i18n("flow_details.elephant_flow_l2r")
end

return { globals = globals, strings = strings, tables = tables, sorted_keys = sorted_keys, tracing = tracing }
