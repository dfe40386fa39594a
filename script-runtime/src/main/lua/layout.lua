-- The structs that Java and Lua share, and the cursor that stands on the event in hand.
local _, settings = ...
local ffi = require("ffi")

local EVENT_VERSION = 6

if settings.event_version ~= EVENT_VERSION then
    error("the Lua library reads flow events of version " .. EVENT_VERSION .. ", the engine writes version "
        .. settings.event_version .. ": install both from the same release")
end

ffi.cdef(settings.cdef)
ffi.cdef [[
typedef struct {
    const flow_event_t *event;
    verdict_t *verdict;
    const flow_metadata_t *metadata;
    uint64_t scored_bits; // statuses whose scores counted already with this event
} cursor_t;
typedef struct {
    const flow_event_t *event;
    verdict_t *verdict;
} batch_entry_t;
]]
for _, struct in ipairs(settings.structs) do
    local size = ffi.sizeof(struct.name)
    if size ~= struct.length then
        error(struct.name .. " is " .. struct.length .. " bytes in Java and " .. tostring(size) .. " in Lua")
    end
end

-- Bytes that a value, stored into a zeroed record, makes other than zero.
local function bytes_changed(name, field, value)
    local record = ffi.new(name)
    record[field] = value
    local bytes, changed = ffi.cast("uint8_t *", record), 0
    for i = 0, ffi.sizeof(name) - 1 do
        changed = changed + (bytes[i] ~= 0 and 1 or 0)
    end
    return changed
end

local function size_of(name, field)
    local member = ffi.new(name)[field]
    if type(member) == "cdata" and not ffi.istype("uint64_t", member) then
        return ffi.sizeof(member)
    end
    -- All bytes of -1/3 as a double differ from zero, and all of -1 as an unsigned integer.
    return math.max(bytes_changed(name, field, -1 / 3), bytes_changed(name, field, -1LL))
end

-- Each field as LuaJIT's C parser sees it: lines of "struct field offset size".
local function describe()
    local lines = {}
    for _, struct in ipairs(settings.structs) do
        for _, field in ipairs(struct.fields) do
            lines[#lines + 1] = struct.name .. " " .. field .. " " .. tostring(ffi.offsetof(struct.name, field)) .. " "
                .. size_of(struct.name, field)
        end
    end
    return table.concat(lines, "\n")
end

-- Stands in where an event carries no metadata: all numbers 0, all texts absent.
local no_metadata = ffi.new("flow_metadata_t")
local no_event = ffi.new("flow_event_t")
local no_verdict = ffi.new("verdict_t")
no_event.ip_version = 4
no_verdict.score = settings.score_unset

local cursor = ffi.new("cursor_t")
cursor.event = no_event
cursor.verdict = no_verdict
cursor.metadata = no_metadata

local function reset()
    ffi.fill(no_verdict, ffi.sizeof(no_verdict))
    no_verdict.score = settings.score_unset
    cursor.event = no_event
    cursor.verdict = no_verdict
    cursor.metadata = no_metadata
end

return {
    ffi = ffi,
    cursor = cursor,
    reset = reset,
    -- What getters read while there is no flow: zeros, but for the time of the last event.
    no_event = no_event,
    no_metadata = no_metadata,
    control = ffi.cast("control_t *", settings.control),
    stats = ffi.cast("script_stats_t *", settings.stats),
    hook_counts = ffi.cast("hook_counts_t *", settings.hook_counts),
    places = ffi.cast("const place_t *", settings.places),
    describe = describe,
}
