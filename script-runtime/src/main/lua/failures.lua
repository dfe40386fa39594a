-- What becomes of a hook call that did not return: it is counted once, told once, and a script that goes on failing is
-- switched off.
local library, settings = ...
local layout = library("layout")
local emission = library("emission")
local guard = library("guard")
local census = library("census")
local control, stats, hook_counts = layout.control, layout.stats, layout.hook_counts
local type, ipairs = type, ipairs
local collect = collectgarbage

local MAX_DISTINCT = 50
-- A call that fails for want of memory while this much is in use after a collection needs another machine.
local MEMORY_HELD = 0.75 * settings.memory_limit
-- Beyond the limit, for what is to be said where a script has taken all.
local EXTRA_KIB = 1024
local HOOKS = 4
-- Why the machine is replaced was not told yet, or was.
local REPLACE_UNTOLD, REPLACE_TOLD = 1, 2
local OFF_DEADLINE, OFF_MEMORY, OFF_FAILURES = 1, 2, 4
local SWITCHED_OFF = ": switched off: "
local ADVICE = {
    [OFF_DEADLINE] = "let it do less per call, or raise --script-deadline",
    [OFF_MEMORY] = "keep less, or raise --script-memory",
    [OFF_FAILURES] = "mend it, or raise --script-max-failures",
}

local errors = {} -- script index -> message -> count
local distinct = {} -- script index -> number of messages

-- Keeps each distinct message of a script once, with a count; hands it to Java the first time.
local function note(index, message)
    if type(message) ~= "string" then
        message = "error object is a " .. type(message) .. ": raise errors with a text"
    end
    local known = errors[index]
    if known == nil then
        known = {}
        errors[index], distinct[index] = known, 0
    end
    if known[message] then
        known[message] = known[message] + 1
    elseif distinct[index] < MAX_DISTINCT then
        known[message] = 1
        distinct[index] = distinct[index] + 1
        local running = control.current_script
        control.current_script = index
        emission.script_error(message)
        control.current_script = running
    end
end

-- A counter of a script, over all its hooks.
local function counted(index, name)
    local sum = 0
    for hook = 0, HOOKS - 1 do
        sum = sum + hook_counts[HOOKS * index + hook][name]
    end
    return sum
end

-- Failures of a script since it last returned. Kept where it outlives the machine.
local function failed_in_a_row(index)
    local own, run = stats[index], counted(index, "run")
    if own.run_at_failure ~= run then
        own.run_at_failure, own.failed_in_a_row = run, 0
    end
    own.failed_in_a_row = own.failed_in_a_row + 1
    return own.failed_in_a_row
end

-- entries: all scripts; forget: has plans made anew.
local function switch_off(index, reason, message, entries, forget)
    for _, entry in ipairs(entries) do
        if entry.index == index then
            entry.taken_out = reason
        end
    end
    stats[index].taken_out = reason
    forget()
    local what = type(message) == "string" and message or "error object is a " .. type(message)
    local text = what .. SWITCHED_OFF .. ADVICE[reason]
    local running = control.current_script
    control.current_script = index
    emission.switched_off(text)
    control.current_script = running
    note(index, text)
end

local function out_of_memory(index, message, entries, forget)
    stats[index].out_of_memory = stats[index].out_of_memory + 1
    collect()
    if collect("count") * 1024 <= MEMORY_HELD then
        return false
    end
    -- What is held cannot be freed from here: Java makes another machine, without the script that holds it, and goes on
    -- with the next script.
    control.replace = REPLACE_UNTOLD
    local culprit = census.holder(entries) or index
    if culprit ~= index then
        note(index, message)
    end
    switch_off(culprit, OFF_MEMORY, "not enough memory", entries, forget)
    return culprit == index
end

-- True where the machine must be replaced.
local function conclude(index, hook, message, late, entries, forget)
    local told = false
    local counts = hook_counts[HOOKS * index + hook]
    if late then
        counts.timed_out = counts.timed_out + 1
        if settings.max_overruns > 0 and counted(index, "timed_out") >= settings.max_overruns then
            switch_off(index, OFF_DEADLINE, message, entries, forget)
            told = true
        end
    else
        counts.failed = counts.failed + 1
        if type(message) == "string" and message:find("not enough memory", 1, true) then
            told = out_of_memory(index, message, entries, forget)
        end
        if not told and settings.max_failures > 0 and failed_in_a_row(index) >= settings.max_failures then
            switch_off(index, OFF_FAILURES, message, entries, forget)
        end
    end
    if not told then
        note(index, message)
    end
    if control.replace ~= 0 then
        control.replace = REPLACE_TOLD
        return true
    end
    control.extra_memory_kib = 0
    return false
end

-- A hook, by its number, failed or was stopped; the caller goes on with the next script. True where the machine must be
-- replaced first.
local function failed(index, hook, message, entries, forget)
    local late = control.deadline_serial == control.hook_serial
    -- First of all: from here on nobody is stopped, and the call is counted here and nowhere else.
    guard.turn()
    control.extra_memory_kib = EXTRA_KIB
    census.cover()
    return conclude(index, hook, message, late, entries, forget)
end

-- All messages so far: script index, count, message per record.
local function records()
    local list = {}
    for index, known in pairs(errors) do
        for message, count in pairs(known) do
            list[#list + 1] = index .. "\31" .. count .. "\31" .. message:gsub("[\30\31]", " ")
        end
    end
    table.sort(list)
    return table.concat(list, "\30")
end

return { failed = failed, note = note, records = records }
