-- Finds fault with the table that a script returned: its attributes and its hooks.
local library, settings = ...
local protocols = library("protocols")
local nearest = library("names").nearest

local HOOKS = { "protocolDetected", "statusChanged", "periodicUpdate", "flowEnd", "all" }
local ATTRIBUTES = { "hooks", "gui", "l4_proto", "l7_proto", "l7_proto_id", "one_way", "bidirectional",
    "three_way_handshake_ok", "periodic_update_seconds", "prio", "packet_interface_only", "nedge_only", "nedge_exclude",
    "windows_exclude", "default_enabled", "default_value", "is_alert", "category", "setup", "teardown", "api",
    "local_only", "always_enabled", "onLoad", "onUnload", "onEnable", "onDisable", "onUpdateConfig" }
local DEFAULT_PERIOD_S, TICK_S = 120, settings.tick_seconds

-- Attributes that are something else than what the author meant where they are of another type.
local TYPES = { gui = "table", default_value = "table", prio = "number", default_enabled = "boolean",
    one_way = "boolean", bidirectional = "boolean", three_way_handshake_ok = "boolean", nedge_only = "boolean" }
local EXAMPLES = { table = "a table", number = "a number", boolean = "true or false" }

local hook_known = {}
for _, name in ipairs(HOOKS) do
    hook_known[name] = true
end

local function line_of(source, word)
    local number = 1
    for line in (source .. "\n"):gmatch("(.-)\n") do
        if line:find(word, 1, true) then
            return number
        end
        number = number + 1
    end
    return 0
end

-- Finds fault with the table a script returned; false where it cannot run.
local function examine(script, source, find)
    local ready = true
    if script.l4_proto ~= nil then
        local name = script.l4_proto
        if type(name) ~= "string" or protocols.l4_ids[name] == nil then
            local names = {}
            for _, entry in ipairs(protocols.l4_keys) do
                names[#names + 1] = entry[2]
            end
            find("error", line_of(source, "l4_proto"), "unknown l4_proto '" .. tostring(name) .. "': use one of "
                .. table.concat(names, ", "))
            ready = false
        end
    end
    if script.l7_proto ~= nil then
        local id = type(script.l7_proto) == "string" and protocols.ids[script.l7_proto:lower()]
        if not id then
            local near = nearest(tostring(script.l7_proto), settings.protocols)
            find("error", line_of(source, "l7_proto"), "unknown l7_proto '" .. tostring(script.l7_proto) .. "'"
                .. (near and ": did you mean '" .. near .. "'? `millrace protocols` lists all" or ""))
            ready = false
        else
            script.l7_proto_id = id
        end
    elseif script.l7_proto_id ~= nil and type(script.l7_proto_id) ~= "number" then
        find("error", line_of(source, "l7_proto_id"), "l7_proto_id must be a number, not a "
            .. type(script.l7_proto_id))
        ready = false
    end
    local period = script.periodic_update_seconds
    if period ~= nil and (type(period) ~= "number" or period < TICK_S or period % TICK_S ~= 0) then
        find("warning", line_of(source, "periodic_update_seconds"), "periodic_update_seconds = " .. tostring(period)
            .. " is not a multiple of " .. TICK_S .. ": " .. DEFAULT_PERIOD_S .. " is used")
        period = nil
    end
    if period == nil and DEFAULT_PERIOD_S % TICK_S ~= 0 and type(script.hooks) == "table"
            and (script.hooks.periodicUpdate or script.hooks.all) then
        period = math.ceil(DEFAULT_PERIOD_S / TICK_S) * TICK_S
        find("warning", 0, "periodic updates come every " .. TICK_S .. " s, of which the default of "
            .. DEFAULT_PERIOD_S .. " s is no multiple: " .. period .. " s is used")
    end
    script.periodic_update_seconds = period or DEFAULT_PERIOD_S
    script.periodic_update_divisor = script.periodic_update_seconds / TICK_S
    for _, name in ipairs(ATTRIBUTES) do
        local wanted, kind = TYPES[name], type(script[name])
        if wanted and kind ~= "nil" and kind ~= wanted then
            find("warning", line_of(source, name), name .. " is a " .. kind .. ": give it " .. EXAMPLES[wanted])
        end
    end
    if script.one_way and script.bidirectional then
        find("warning", line_of(source, "one_way"), "one_way and bidirectional exclude each other: the script never "
            .. "runs; keep one of them")
    end
    for name in pairs(script) do
        if type(name) == "string" then
            local near, edits = nearest(name, ATTRIBUTES)
            if edits > 0 and edits <= 2 and #name > 4 then
                find("warning", line_of(source, name), "attribute '" .. name .. "' has no meaning here: did you mean '"
                    .. near .. "'?")
            end
        end
    end
    return ready
end

local function examine_hooks(script, source, find)
    local hooks = script.hooks
    if type(hooks) ~= "table" or next(hooks) == nil then
        find("error", line_of(source, "hooks"), "no hooks: add at least one function, such as "
            .. "script.hooks.protocolDetected = function(now) ... end")
        return nil
    end
    local usable, any = {}, false
    local names = {}
    for name in pairs(hooks) do
        names[#names + 1] = tostring(name)
    end
    table.sort(names)
    for _, name in ipairs(names) do
        local line = line_of(source, name)
        if not hook_known[name] then
            local near, edits = nearest(name, HOOKS)
            if name == "any" then
                near, edits = "all", 0
            end
            find("warning", line, "unknown hook '" .. name .. "' is never called: "
                .. (edits <= 4 and "did you mean '" .. near .. "'?" or "hooks are " .. table.concat(HOOKS, ", ")))
        elseif type(hooks[name]) ~= "function" then
            find("error", line, "hook '" .. name .. "' is a " .. type(hooks[name]) .. ": give it a function")
        else
            any = true
            if name == "all" then
                for i = 1, 4 do
                    usable[HOOKS[i]] = hooks.all
                end
            elseif usable[name] == nil then
                usable[name] = hooks[name]
            end
        end
    end
    if type(hooks.all) == "function" then
        for i = 1, 4 do
            usable[HOOKS[i]] = hooks.all
        end
    end
    if not any then
        find("error", line_of(source, "hooks"), "none of its hooks can be called: hooks are "
            .. table.concat(HOOKS, ", "))
        return nil
    end
    return usable
end

return { attributes = examine, hooks = examine_hooks, hook_names = HOOKS, line_of = line_of }
