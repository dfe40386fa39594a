-- Walks a batch of events and runs the hooks that are due on each. Written so that LuaJIT compiles the walk, the hooks
-- and the getters that they call into the same traces.
local library, settings = ...
local layout = library("layout")
local emission = library("emission")
local verdicts = library("verdicts")
local failures = library("failures")
local hook_times = library("hook_times")
local needs = library("needs")
local is_apart = library("apart")
local ffi, cursor, control, hook_counts = layout.ffi, layout.cursor, layout.control, layout.hook_counts
local no_metadata, no_event = layout.no_metadata, layout.no_event
local cast, floor, band, bor, bnot = ffi.cast, math.floor, bit.band, bit.bor, bit.bnot
local max = math.max
local tonumber, type, error, pcall, call_apart = tonumber, type, error, pcall, call_apart
local conclude, forget, retract_one_way = verdicts.conclude, verdicts.forget, verdicts.retract_one_way
local PERIODIC_UPDATE, FLOW_END = settings.kind_periodic_update, settings.kind_flow_end

local batch_pointer = ffi.typeof("const batch_entry_t *")
local byte_pointer = ffi.typeof("const uint8_t *")
local metadata_pointer = ffi.typeof("const flow_metadata_t *")

local KINDS = {
    [settings.kind_protocol_detected] = "protocolDetected",
    [settings.kind_periodic_update] = "periodicUpdate",
    [settings.kind_flow_end] = "flowEnd",
}
-- Scripts per generated function: LuaJIT allows 60 upvalues, each script needs three.
local GROUP = 12
-- Emissions of one event always find this much room, or the batch is cut before it.
local HIGH_WATER = settings.emission_capacity - settings.emission_reserve

local entries = {} -- scripts in load order
local looks_back = false -- whether a script could ask what a flow was at its previous event
-- by_hook: hook -> l4 protocol -> function(now) or false. of_event: the same once it was asked for, by 256 * kind of
-- event + l4 protocol; nil where it was not.
local plain = { by_hook = {}, of_event = {}, is_timed = false }
-- The same calls, with their times.
local timed = { by_hook = {}, of_event = {}, is_timed = true }
local DISTANCE = hook_times.distance
local until_timed = 1
local has_one_way = false -- whether there is a script for one-way flows

local function entry_at(index)
    for _, entry in ipairs(entries) do
        if entry.index == index then
            return entry
        end
    end
end

-- Plans made from now on pass over who is out of service; the pass in hand goes on as planned.
local function forget_plans()
    for _, plans in ipairs({ plain, timed }) do
        plans.by_hook = {}
        for place = 0, 1023 do
            plans.of_event[place] = nil
        end
    end
end

-- The run ends, and those who wait for it have waited long enough: what is still due is counted, not called.
local skipping = false
local function skip_all()
    skipping = true
    for _, entry in ipairs(entries) do
        entry.taken_out = entry.taken_out or "the run ends"
    end
    forget_plans()
end

local function failed(index, hook, message)
    if failures.failed(index, hook, message, entries, forget_plans) then
        conclude()
        error("the machine is replaced", 0)
    end
end

-- Lua text that is true where the hook is due on the event in hand.
local function condition(entry, hook)
    local script, parts = entry.script, {}
    if hook == "periodicUpdate" and script.periodic_update_divisor > 1 then
        parts[#parts + 1] = ("cursor.event.periodic_tick %% %d == 0"):format(script.periodic_update_divisor)
    end
    if script.three_way_handshake_ok then
        parts[#parts + 1] = "(cursor.event.l4_protocol ~= 6 or cursor.event.handshake_ok == 1)"
    end
    if script.bidirectional then
        parts[#parts + 1] = "(cursor.event.cli2srv_packets ~= 0 and cursor.event.srv2cli_packets ~= 0)"
    end
    if script.one_way then
        parts[#parts + 1] = "(cursor.event.cli2srv_packets == 0 or cursor.event.srv2cli_packets == 0)"
    end
    if script.l7_proto_id then
        parts[#parts + 1] = ("(cursor.event.ndpi_master == %d or cursor.event.ndpi_app == %d)"):format(
            script.l7_proto_id, script.l7_proto_id)
    end
    return #parts == 0 and "true" or table.concat(parts, " and ")
end

-- The call is over before it is counted: nobody can stop it in between, and have it counted twice.
local RUN = [[
    if $due then
        counts_$i.due = counts_$i.due + 1
        control.current_script = $index
        $begin
        $hold
        control.hook_serial = band(control.hook_serial + 1, 0x3fffffff)
        local ok, message = $call(hook_$i$arguments)
        $note
        if ok then
            control.hook_serial = band(control.hook_serial + 1, 0x3fffffff)
            counts_$i.run = counts_$i.run + 1
            $stop
            $keep
        else
            $stop
            failed($index, $hook, message)
            $keep
        end
    end
]]
-- What a script for one-way flows sets is remembered as such.
local HOLD = "local held = cursor.verdict.status_bitmap"
local NOTE = "note_one_way(held)"

local function note_one_way(held)
    local verdict = cursor.verdict
    verdict.one_way_statuses = bor(verdict.one_way_statuses, band(verdict.status_bitmap, bnot(held)))
end

local SKIP = [[
    if $due then
        counts_$i.due = counts_$i.due + 1
        counts_$i.skipped = counts_$i.skipped + 1
    end
]]
local HOOK_NUMBERS = { protocolDetected = 0, statusChanged = 1, periodicUpdate = 2, flowEnd = 3 }
local HOOKS = 4
-- What a hook is called with, by generation.
local ARGUMENTS = { none = "", now = ", now", conf = ", now, conf_$i" }
-- One straight function for up to GROUP scripts: no loop over functions, so that each call site sees one hook only.
local function compile_group(hook, group, is_timed)
    local head = {
        "local cursor, control, band, pcall, call_apart, failed, begin, stop, keep, note_one_way, given = ...\n",
    }
    local body = { "return function(now)\n" }
    local given = {}
    for i, entry in ipairs(group) do
        local counts = hook_counts + (HOOKS * entry.index + HOOK_NUMBERS[hook])
        given[i] = { hook = entry.hooks[hook], conf = entry.conf, counts = counts }
        head[#head + 1] = ("local hook_%d, conf_%d, counts_%d = given[%d].hook, given[%d].conf, given[%d].counts\n")
            :format(i, i, i, i, i, i)
        local words = {
            due = condition(entry, hook), index = entry.index, hook = HOOK_NUMBERS[hook], i = i,
            begin = is_timed and "local began = begin()" or "",
            stop = is_timed and "local duration = stop() - began" or "",
            keep = is_timed and ("keep(%d, %d, duration)"):format(entry.index, HOOK_NUMBERS[hook]) or "",
            hold = entry.script.one_way and HOLD or "", note = entry.script.one_way and NOTE or "",
            call = entry.apart[hook] and "call_apart" or "pcall",
            arguments = ARGUMENTS[entry.arguments]:gsub("%$i", i),
        }
        body[#body + 1] = ((entry.taken_out and SKIP or RUN):gsub("%$(%a+)", words))
    end
    body[#body + 1] = "end\n"
    local chunk = assert(loadstring(table.concat(head) .. table.concat(body), "@millrace/" .. hook))
    return chunk(cursor, control, band, pcall, call_apart, failed, hook_times.begin, hook_times.stop, hook_times.keep,
        note_one_way, given)
end

local function compile(hook, selected, is_timed)
    local groups = {}
    for start = 1, #selected, GROUP do
        local group = {}
        for i = start, math.min(start + GROUP - 1, #selected) do
            group[#group + 1] = selected[i]
        end
        groups[#groups + 1] = compile_group(hook, group, is_timed)
    end
    if #groups <= 1 then
        return groups[1] or false
    end
    return function(now)
        for i = 1, #groups do
            groups[i](now)
        end
    end
end

local function select_scripts(hook, l4, after)
    local selected = {}
    for _, entry in ipairs(entries) do
        if entry.hooks[hook] and (entry.l4 == nil or entry.l4 == l4) and entry.position > after then
            selected[#selected + 1] = entry
        end
    end
    return selected
end

-- Flows of the same set of scripts share one function, whatever their protocol.
local function plan_of(plans, hook, l4)
    local by_l4 = plans.by_hook[hook]
    if by_l4 == nil then
        by_l4 = { shared = {} }
        plans.by_hook[hook] = by_l4
    end
    local selected = select_scripts(hook, l4, 0)
    local names = {}
    for i, entry in ipairs(selected) do
        names[i] = entry.index
    end
    local set = table.concat(names, ",")
    local plan = by_l4.shared[set]
    if plan == nil then
        plan = compile(hook, selected, plans.is_timed)
        by_l4.shared[set] = plan
    end
    by_l4[l4] = plan
    return plan
end

local function plan_for(plans, hook, l4)
    local by_l4 = plans.by_hook[hook]
    local plan = by_l4 and by_l4[l4]
    if plan == nil then
        plan = plan_of(plans, hook, l4)
    end
    return plan
end

-- What runs on the event in hand.
local function plan_now(plans)
    local event = cursor.event
    local place = 256 * event.kind + event.l4_protocol
    local plan = plans.of_event[place]
    if plan == nil then
        local hook = KINDS[event.kind]
        plan = hook and plan_for(plans, hook, event.l4_protocol) or false
        plans.of_event[place] = plan
    end
    return plan
end

-- Only a periodic update ends a window long enough for a rate that means something.
local function remember_top(event, verdict, packets, bytes)
    local window_s = tonumber(event.last_seen_ns - verdict.last_seen_ns) / 1e9
    if verdict.last_seen_ns ~= 0 and window_s > 0 then
        verdict.top_bytes_per_s = max(verdict.top_bytes_per_s, tonumber(bytes - verdict.last_bytes) / window_s)
        verdict.top_packets_per_s = max(verdict.top_packets_per_s, tonumber(packets - verdict.last_packets) / window_s)
    end
end

local function remember()
    local event, verdict = cursor.event, cursor.verdict
    local packets, bytes = event.cli2srv_packets + event.srv2cli_packets, event.cli2srv_bytes + event.srv2cli_bytes
    local kind = event.kind
    if kind == PERIODIC_UPDATE then
        remember_top(event, verdict, packets, bytes)
    end
    if kind ~= FLOW_END then
        verdict.last_cli2srv_packets = event.cli2srv_packets
    end
    verdict.last_packets = packets
    verdict.last_bytes = bytes
    verdict.last_cli2srv_bytes = event.cli2srv_bytes
    verdict.last_seen_ns = event.last_seen_ns
    verdict.last_goodput_bytes = event.cli2srv_goodput_bytes + event.srv2cli_goodput_bytes
end

local PASS_EVENT, PASS_STATUS = 0, 1

local function status_changed(plans, now, after)
    control.current_pass = PASS_STATUS
    local l4, plan = cursor.event.l4_protocol, nil
    if after ~= nil then
        plan = compile("statusChanged", select_scripts("statusChanged", l4, after), plans.is_timed)
    else
        plan = plan_for(plans, "statusChanged", l4)
    end
    if plan then
        plan(now)
        conclude()
    end
    control.current_pass = PASS_EVENT
end

-- An event whose hooks a lost machine left half run: only the scripts after the one that brought it down.
local function resume(plans, now)
    local after = entry_at(control.resume_script).position
    control.resuming = 0
    if control.current_pass == PASS_STATUS then
        return status_changed(plans, now, after)
    end
    local hook = KINDS[cursor.event.kind]
    local plan = compile(hook, select_scripts(hook, cursor.event.l4_protocol, after), plans.is_timed)
    if plan then
        plan(now)
        conclude()
    end
    if cursor.verdict.status_bitmap ~= control.bitmap_before then
        status_changed(plans, now)
    end
end

-- Whether a flow that scripts for one-way flows said something of has both directions by now.
local function is_answered()
    local event = cursor.event
    return cursor.verdict.one_way_statuses ~= 0 and event.cli2srv_packets ~= 0 and event.srv2cli_packets ~= 0
end

-- Runs the events from..count-1 of a batch; returns the index of the first event not done. No pointer is kept in a
-- local variable over a hook: compiled code that is left there would have to make an object of it.
local function dispatch(batch_address, from, count)
    local batch = cast(batch_pointer, batch_address)
    for i = from, count - 1 do
        if control.emission_used > HIGH_WATER then
            return i
        end
        if control.ending ~= 0 and not skipping then
            skip_all()
        end
        do
            local event = batch[i].event
            cursor.event = event
            cursor.verdict = batch[i].verdict
            cursor.scored_bits = 0
            if event.metadata_offset ~= 0 then
                cursor.metadata = cast(metadata_pointer, cast(byte_pointer, event) + event.metadata_offset)
            else
                cursor.metadata = no_metadata
            end
        end
        control.current_event = i
        local plans = plain
        until_timed = until_timed - 1
        if until_timed <= 0 then
            plans, until_timed = timed, DISTANCE
        end
        local now = floor(tonumber(cursor.event.time_ns) / 1e9)
        if control.resuming ~= 0 then
            resume(plans, now)
        else
            local plan, answered = plan_now(plans), has_one_way and is_answered()
            if plan or answered then
                control.bitmap_before = cursor.verdict.status_bitmap
                if answered then
                    retract_one_way()
                end
                if plan then
                    plan(now)
                    conclude()
                end
                if cursor.verdict.status_bitmap ~= control.bitmap_before then
                    status_changed(plans, now)
                end
            end
        end
        if looks_back then
            remember()
        end
        if cursor.event.kind == FLOW_END then
            forget()
        end
    end
    control.current_script = 0
    if count > from then
        no_event.time_ns = batch[count - 1].event.time_ns
    end
    return count
end

-- The same where every call is timed, up to as many events as there is room for samples.
local function dispatch_profiled(batch_address, from, count)
    local fitting = max(1, floor(hook_times.capacity / (2 * #entries + 1)))
    return dispatch(batch_address, from, math.min(count, from + fitting))
end

-- Adds a loaded script. taken_out: why it must not run again, nil where it may; conf: second argument of its hooks;
-- arguments: which they get, "none", "now" or "conf" (now and conf).
local function add(index, path, script, hooks, taken_out, conf, arguments)
    local l4 = script.l4_proto and library("protocols").l4_ids[script.l4_proto] or nil
    -- What is asked of it later is what holds now, whatever its hooks do to it.
    local fixed = {}
    for name, value in next, script do
        fixed[name] = value
    end
    local apart = {}
    for name, hook in next, hooks do
        apart[name] = is_apart(hook)
    end
    entries[#entries + 1] = {
        index = index, path = path, script = fixed, hooks = hooks, l4 = l4, conf = conf,
        arguments = arguments, taken_out = taken_out, apart = apart,
    }
    has_one_way = has_one_way or fixed.one_way ~= nil
end

-- Later generations order scripts by prio; within one prio, and for scripts without, load order holds.
local function prepare()
    table.sort(entries, function(a, b)
        local prio_a, prio_b = tonumber(a.script.prio) or 0, tonumber(b.script.prio) or 0
        if prio_a ~= prio_b then
            return prio_a > prio_b
        end
        return a.index < b.index
    end)
    for position, entry in ipairs(entries) do
        entry.position = position
    end
    looks_back = needs.level() == needs.PAST
    forget_plans()
end

return { dispatch = settings.profiled == 1 and dispatch_profiled or dispatch, add = add, prepare = prepare }
