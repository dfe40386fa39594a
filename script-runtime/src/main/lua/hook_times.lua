-- How long hooks take: the clock, and samples that Java takes after each dispatch. With `--script-profile` every call
-- is timed, else those of one event in some: two readings of the clock cost nearly as much as a small hook.
local library, settings = ...
local layout = library("layout")
local ffi, control = layout.ffi, layout.control

local CLOCK_MONOTONIC = 1
local CAPACITY = settings.sample_capacity
-- A prime, so that no rhythm of events hides a hook.
local USUAL_DISTANCE = 61

ffi.cdef [[
typedef struct { uint32_t seconds, seconds_above, nanoseconds, nanoseconds_above; } monotonic_time_t;
int clock_gettime(int clock, monotonic_time_t *time);
]]
local C = ffi.C
local time = ffi.new("monotonic_time_t")
local samples = ffi.cast("hook_sample_t *", settings.samples)

-- The same clock as System.nanoTime(). It makes no object: the call that is timed may have used up all memory. The
-- halves of its words that it does not read are 0 for 136 years of uptime.
local function clock()
    C.clock_gettime(CLOCK_MONOTONIC, time)
    return time.seconds * 1e9 + time.nanoseconds
end

local function begin()
    local now = clock()
    control.sample_began_ns = now
    return now
end

local function stop()
    control.sample_began_ns = 0
    return clock()
end

local function keep(script, hook, duration_ns)
    local used = control.samples_used
    if used < CAPACITY then
        local sample = samples[used]
        sample.duration_ns, sample.script, sample.hook = duration_ns, script, hook
        control.samples_used = used + 1
    end
end

return {
    begin = begin,
    stop = stop,
    keep = keep,
    -- The calls of each so manyth event are timed.
    distance = settings.profiled == 1 and 1 or USUAL_DISTANCE,
    capacity = CAPACITY,
}
