-- The store that all script threads share, and that outlives a reload: texts, hashes, sets and lists with a time to
-- live in packet time. It lies in C (shared_store.h); what is here turns Lua values into calls and back.
local library, settings = ...
local layout = library("layout")
local packet_time = library("packet_time")
local wrong = library("arguments").wrong_of_ntop
local ffi, control = layout.ffi, layout.control
local tonumber, tostring, type, error, pairs = tonumber, tostring, type, error, pairs
local cast, string_of = ffi.cast, ffi.string
local floor, max = math.floor, math.max

local TEXT, HASH, SET, LIST = 0, 1, 2, 3
local ABSENT, REFUSED, NO_INTEGER = -1, -2, -3
local LONGEST, LARGEST = 65536, 2 ^ 31 - 1

local functions = {
    get = cast("int (*)(void *, int, const char *, size_t, const char *, size_t, double, char *, size_t)",
        settings.store_get),
    take = cast("int (*)(void *, const char *, size_t, double, char *, size_t)", settings.store_take),
    put = cast("int (*)(void *, int, const char *, size_t, const char *, size_t, const char *, size_t, double, double, "
        .. "int)", settings.store_put),
    add = cast("int (*)(void *, const char *, size_t, int64_t, double, double, int64_t *)", settings.store_add),
    remove = cast("int (*)(void *, int, const char *, size_t, const char *, size_t)", settings.store_remove),
    list = cast("int64_t (*)(void *, int, const char *, size_t, double, char *, size_t)", settings.store_list),
    push = cast("int64_t (*)(void *, const char *, size_t, const char *, size_t, int, uint32_t, double, double)",
        settings.store_push),
    pop = cast("int (*)(void *, const char *, size_t, int, double, char *, size_t)", settings.store_pop),
    length = cast("int64_t (*)(void *, const char *, size_t, double)", settings.store_length),
    range = cast("int64_t (*)(void *, const char *, size_t, int64_t, int64_t, double, char *, size_t)",
        settings.store_range),
    trim = cast("int64_t (*)(void *, const char *, size_t, int64_t, int64_t, double)", settings.store_trim),
}
local store_get, store_put, store_add = functions.get, functions.put, functions.add
local store_remove, store_list, store_take = functions.remove, functions.list, functions.take
local store_push, store_pop, store_length = functions.push, functions.pop, functions.length
local store_range, store_trim = functions.range, functions.trim
local cache = cast("void *", settings.cache_store)
local external_alerts = cast("void *", settings.external_alert_store)
local buffer = ffi.new("char[?]", LONGEST)
local sum = ffi.new("int64_t[1]")

local function text_of(value)
    return type(value) == "string" and value or tostring(value)
end

local function is_key(value)
    local kind = type(value)
    return kind == "string" or kind == "number" or kind == "cdata"
end

local function is_value(value)
    return is_key(value) or type(value) == "boolean"
end

-- Before the first event there is no time: what is set then stays.
local function life(now, seconds)
    seconds = tonumber(seconds)
    return now > 0 and seconds and seconds > 0 and seconds or 0
end

-- False where there was no room, or nothing to do.
local function outcome(result)
    if result == REFUSED then
        control.store_refused = control.store_refused + 1
        return false
    end
    return result ~= 0
end

-- A number as C takes it; nil for anything else.
local function whole(value)
    value = tonumber(value)
    if value == nil or value ~= value then
        return nil
    end
    value = value < 0 and -floor(-value) or floor(value)
    return value > LARGEST and LARGEST or value < -LARGEST and -LARGEST or value
end

local function read(kind, name, field)
    local length = store_get(cache, kind, name, #name, field, #field, packet_time.now(), buffer, LONGEST)
    if length < 0 then
        return ""
    end
    return (string_of(buffer, length))
end

local function write(kind, name, field, value, seconds, only_new)
    local now = packet_time.now()
    return (outcome(store_put(cache, kind, name, #name, field, #field, value, #value, now, life(now, seconds),
        only_new and 1 or 0)))
end

-- Calls body(field, value) for each field, in no order.
local function each(kind, name, body)
    local now = packet_time.now()
    local room, target = LONGEST, buffer
    local needed = tonumber(store_list(cache, kind, name, #name, now, target, room))
    while needed > room do
        room = needed * 2
        target = ffi.new("char[?]", room)
        needed = tonumber(store_list(cache, kind, name, #name, now, target, room))
    end
    local at = 0
    while at < needed do
        local lengths = cast("const uint32_t *", target + at)
        local field_length, value_length = lengths[0], lengths[1]
        local start = target + at + 8
        body(string_of(start, field_length), string_of(start + field_length, value_length))
        at = at + 8 + field_length + value_length
    end
    return needed >= 0
end

local store = {}

function store.getCache(key)
    return (read(TEXT, text_of(key), ""))
end

function store.setCache(key, value, seconds)
    if not write(TEXT, text_of(key), "", text_of(value), seconds) then
        return false
    end
    return nil
end

-- Whether it was set: false where there was a value already, or no room.
function store.setnxCache(key, value, seconds)
    return (write(TEXT, text_of(key), "", text_of(value), seconds, true))
end

function store.delCache(key)
    key = text_of(key)
    for kind = TEXT, LIST do
        store_remove(cache, kind, key, #key, nil, 0)
    end
end

-- Adds and returns the sum, in one step for all threads; a new key lives for `seconds`.
function store.incrCache(key, amount, seconds)
    key = text_of(key)
    amount = amount == nil and 1 or tonumber(amount)
    if amount == nil or amount % 1 ~= 0 or amount < -2^53 or amount > 2^53 then
        error("ntop.incrCache: the amount must be a whole number up to 2^53", 3)
    end
    local now = packet_time.now()
    local result = store_add(cache, key, #key, amount, now, life(now, seconds), sum)
    if result == NO_INTEGER then
        error("ntop.incrCache: '" .. key .. "' holds no whole number: delCache it first", 3)
    elseif not outcome(result) then
        return nil
    end
    return (tonumber(sum[0]))
end

store.getPref, store.setPref = store.getCache, store.setCache

function store.setMembersCache(name, member)
    if not write(SET, text_of(name), text_of(member), "") then
        return false
    end
    return nil
end

function store.getMembersCache(name)
    local members = {}
    each(SET, text_of(name), function(member)
        members[#members + 1] = member
    end)
    table.sort(members)
    return members
end

function store.delMembersCache(name, member)
    name, member = text_of(name), text_of(member)
    store_remove(cache, SET, name, #name, member, #member)
end

function store.getHashCache(name, field)
    return (read(HASH, text_of(name), text_of(field)))
end

function store.setHashCache(name, field, value)
    if not write(HASH, text_of(name), text_of(field), text_of(value)) then
        return false
    end
    return nil
end

function store.delHashCache(name, field)
    name, field = text_of(name), text_of(field)
    store_remove(cache, HASH, name, #name, field, #field)
end

-- All fields with their values; nil where there is no such hash.
function store.getHashAllCache(name)
    local all = {}
    local present = each(HASH, text_of(name), function(field, value)
        all[field] = value
    end)
    return present and all or nil
end

-- Each field with "", nil where there is no such hash.
function store.getHashKeysCache(name)
    local fields = {}
    local present = each(HASH, text_of(name), function(field)
        fields[field] = ""
    end)
    return present and fields or nil
end

-- Puts a text at one end of a list; `most`: how many it then keeps, the oldest of the other end go. Texts there are
-- now; false where there was no room.
local function push(caller, at_end)
    return function(name, value, most, seconds)
        name, value = text_of(name), text_of(value)
        local now = packet_time.now()
        local count = tonumber(store_push(cache, name, #name, value, #value, at_end, max(whole(most) or 0, 0), now,
            life(now, seconds)))
        return outcome(count) and count
    end
end

store.lpushCache, store.rpushCache = push("lpushCache", 0), push("rpushCache", 1)

-- Takes a text from one end of a list; nil where it is empty.
local function pop(caller, at_end)
    return function(name)
        name = text_of(name)
        local length = store_pop(cache, name, #name, at_end, packet_time.now(), buffer, LONGEST)
        return length ~= ABSENT and string_of(buffer, length) or nil
    end
end

store.lpopCache, store.rpopCache = pop("lpopCache", 0), pop("rpopCache", 1)

function store.llenCache(name)
    name = text_of(name)
    return (tonumber(store_length(cache, name, #name, packet_time.now())))
end

-- Texts from first to last, both included, counted from 0, or with negative numbers from the end; nil where there is no
-- such list.
function store.lrangeCache(name, first, last)
    name = text_of(name)
    first, last = whole(first) or 0, whole(last) or -1
    local now, target, room = packet_time.now(), buffer, LONGEST
    local needed = tonumber(store_range(cache, name, #name, first, last, now, target, room))
    while needed > room do
        room = needed * 2
        target = ffi.new("char[?]", room)
        needed = tonumber(store_range(cache, name, #name, first, last, now, target, room))
    end
    if needed == ABSENT then
        return nil
    end
    local texts, at = {}, 0
    while at < needed do
        local length = cast("const uint32_t *", target + at)[0]
        texts[#texts + 1] = string_of(target + at + 4, length)
        at = at + 4 + length
    end
    return texts
end

-- Keeps the texts from first to last only.
function store.ltrimCache(name, first, last)
    name = text_of(name)
    store_trim(cache, name, #name, whole(first) or 0, whole(last) or -1, packet_time.now())
end

-- The external alert that waits under a key of `length` bytes, which then is gone; nil where there is none.
local function take_external_alert(key, length)
    local taken = store_take(external_alerts, key, length, packet_time.now(), buffer, LONGEST)
    if taken == ABSENT then
        return nil
    end
    control.external_alerts_taken = control.external_alerts_taken + 1
    return (string_of(buffer, taken))
end

-- How many texts each function takes: the first is a key, those after it are values. Arguments of other types are a
-- line of trace and no value, as scripts know it.
local TEXTS = {
    getCache = 1, setCache = 2, setnxCache = 2, delCache = 1, incrCache = 1, getPref = 1, setPref = 2,
    setMembersCache = 2, getMembersCache = 1, delMembersCache = 2, getHashCache = 2, setHashCache = 3, delHashCache = 2,
    getHashAllCache = 1, getHashKeysCache = 1, lpushCache = 2, rpushCache = 2, lpopCache = 1, rpopCache = 1,
    llenCache = 1, lrangeCache = 1, ltrimCache = 1,
}

local function checked(name, body, texts)
    return function(first, second, third, fourth)
        if not is_key(first) then
            return wrong(name, 1, "string", first)
        elseif texts > 1 and not is_value(second) then
            return wrong(name, 2, "string", second)
        elseif texts > 2 and not is_value(third) then
            return wrong(name, 3, "string", third)
        end
        return (body(first, second, third, fourth))
    end
end

local public = {}
for name, body in pairs(store) do
    public[name] = checked(name, body, TEXTS[name])
end

return {
    public = public,
    take_external_alert = take_external_alert,
    -- Value of a field of a hash; "" where there is none.
    get_hash = store.getHashCache,
    has_hash = function(name)
        return store_list(cache, HASH, name, #name, packet_time.now(), buffer, 0) >= 0
    end,
}
