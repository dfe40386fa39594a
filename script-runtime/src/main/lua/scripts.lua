-- Loads users' scripts, checks them, and says of each what is wrong and how to mend it.
local library, settings = ...
local sandbox = library("sandbox")
local protocols = library("protocols")
local dispatch = library("dispatch")
local failures = library("failures")
local guard = library("guard")
local layout = library("layout")
local i18n = library("i18n")
local settings_of = library("script_settings")
local registry = library("registry")
local nearest = library("names").nearest
local generations = library("generations")
local running = library("running")
local control = layout.control
local setmetatable = debug.setmetatable

local FIELD, RECORD = "\31", "\30"
local HOOKS = { "protocolDetected", "statusChanged", "periodicUpdate", "flowEnd", "all" }
local ATTRIBUTES = { "hooks", "gui", "l4_proto", "l7_proto", "l7_proto_id", "one_way", "bidirectional",
    "three_way_handshake_ok", "periodic_update_seconds", "prio", "packet_interface_only", "nedge_only", "nedge_exclude",
    "windows_exclude", "default_enabled", "default_value", "is_alert", "category", "setup", "teardown", "api",
    "local_only", "always_enabled", "onLoad", "onUnload", "onEnable", "onDisable", "onUpdateConfig" }
local DEFAULT_PERIOD_S, TICK_S = 120, settings.tick_seconds

local hook_known, keys, loaded = {}, {}, {}
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

local function clean(text)
    return (tostring(text):gsub("[\30\31\r\n]+", " "))
end

-- Message of a Lua error without its own "file:line:" and that line.
local function split_error(message, path)
    local file = sandbox.chunk_name(path):sub(2)
    message = type(message) == "string" and message or "error object is a " .. type(message)
    if message:sub(1, #file + 1) == file .. ":" then
        local line, rest = message:sub(#file + 2):match("^(%d+): (.*)$")
        if line then
            return tonumber(line), rest
        end
    end
    return 0, message
end

local function words(value)
    if type(value) ~= "string" or value == "" then
        return ""
    end
    return i18n(value) or value
end

local function protected(body, ...)
    local ok, result = guard.call(body, ...)
    if not ok and type(result) == "string" and result:find("not enough memory", 1, true) then
        collectgarbage()
    end
    return ok, result
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

local function filters_of(script)
    local list = {}
    if script.l4_proto then
        list[#list + 1] = "l4_proto=" .. script.l4_proto
    end
    if script.l7_proto_id then
        list[#list + 1] = "l7_proto=" .. (protocols.protocols[script.l7_proto_id] or tostring(script.l7_proto_id))
    end
    for _, name in ipairs({ "three_way_handshake_ok", "one_way", "bidirectional", "packet_interface_only" }) do
        if script[name] then
            list[#list + 1] = name
        end
    end
    if type(script.hooks) == "table" and (script.hooks.periodicUpdate or script.hooks.all) then
        list[#list + 1] = "periodic_update_seconds=" .. script.periodic_update_seconds
    end
    return list
end

local OFF = {
    { "nedge_only", "nedge_only: this is no nEdge" },
}

-- What 4.2 calls when somebody changes the configuration, which here is complete before a script is loaded.
local function life_cycle(entry, name)
    local body = rawget(entry.script, name)
    if type(body) ~= "function" then
        return nil
    end
    local ok, message = protected(body, "all", { enabled = entry.enabled, script_conf = entry.conf })
    return not ok and message or nil
end

local UNKNOWN_API = "unknown api '%s': use \"2019\", \"4.0\", \"4.2\" or \"current\""
local API_NUMBERS = { [2019] = "2019", [4] = "4.0", [4.2] = "4.2" }
local WHOLE_CHUNK_PERIOD_S = 60

-- Runs a script's text in the world of a generation: whether that went well, and the table that it returned or the error;
-- third, nil where it does not compile, and why. A chunk that is a hook itself is not run, but put in a table.
local function run(generation, hook, folder, path, source, key)
    local environment = sandbox.environment(folder, generation)
    local chunk, message = sandbox.compile(source, sandbox.chunk_name(path), environment)
    if chunk == nil then
        return false, nil, nil, message
    elseif hook then
        local period = math.ceil(WHOLE_CHUNK_PERIOD_S / TICK_S) * TICK_S
        return true, { hooks = { [hook] = chunk }, periodic_update_seconds = period, whole_chunk = true }, chunk
    end
    local ok, script = protected(chunk, key)
    return ok, script, chunk
end

-- What its hooks are called with.
local function arguments_of(script, generation)
    if script.whole_chunk then
        return "none"
    end
    return generation == "2019" and "now" or "conf"
end

-- Loads one script. Arguments: its index, path, key, folder, whether it lies in alerts/, its source, what the user says
-- of it ("", "on", "off"), why it was taken out of service ("" if not), the values that the user sets (a JSON object or
-- ""). Returns records of fields.
local function load(index, path, key, folder, in_alerts, source, wish, taken_out, values)
    index = tonumber(index)
    control.current_script = index
    local records = {}
    local function record(...)
        local fields = { ... }
        for i = 1, #fields do
            fields[i] = clean(fields[i])
        end
        records[#records + 1] = table.concat(fields, FIELD)
    end
    local function find(severity, line, message)
        record("finding", severity, line, message)
    end
    local function finish(state, reason)
        record("state", state, reason)
        return table.concat(records, RECORD)
    end

    if keys[key] then
        find("error", 0, "a script with the key '" .. key .. "' was loaded from " .. keys[key]
            .. ": rename one of the files")
        return finish("failed", "duplicate key")
    end
    running.name(index, key)
    local generation, declared, hook = generations.of(path, source)
    if generation == nil then
        find("error", line_of(source, declared), UNKNOWN_API:format(declared))
        return finish("failed", "unknown api")
    end
    local ok, script, chunk, message = run(generation, hook, folder, path, source, key)
    if chunk == nil then
        local line, text = split_error(message, path)
        find("error", line, "does not compile: " .. text)
        return finish("failed", "does not compile")
    end
    if ok and type(script) == "table" and script.api ~= nil then
        local chosen = API_NUMBERS[script.api] or script.api
        if not generations.declared[chosen] then
            find("error", line_of(source, "api"), UNKNOWN_API:format(tostring(chosen)))
            return finish("failed", "unknown api")
        elseif chosen ~= generation then
            generation = chosen
            ok, script = run(generation, nil, folder, path, source, key)
        end
    end
    if not ok then
        local line, text = split_error(script, path)
        find("error", line, "fails while loading: " .. text)
        return finish("failed", "fails while loading")
    end
    if type(script) ~= "table" then
        find("error", 0, "returned " .. (script == nil and "nothing" or "a " .. type(script))
            .. ": end the file with `return script`, the table that holds the hooks")
        return finish("failed", "returned no table")
    end
    -- Its fields are read where no deadline holds: no function of its own may answer for them.
    setmetatable(script, nil)
    if type(script.hooks) == "table" then
        setmetatable(script.hooks, nil)
    end
    script.key, script.path, script.is_alert = key, path, in_alerts == "1"
    local gui = type(script.gui) == "table" and script.gui or {}
    record("title", words(gui.i18n_title) ~= "" and words(gui.i18n_title) or key)
    record("description", words(gui.i18n_description))
    local ready = examine(script, source, find)
    local hooks = examine_hooks(script, source, find)
    for i = 1, 4 do
        if hooks and hooks[HOOKS[i]] then
            record("hook", HOOKS[i])
        end
    end
    if hooks == nil or not ready then
        return finish("failed", "see findings")
    end
    local sound = true
    local conf, declared = settings_of.configure(script, values, function(name, message)
        record("setting_problem", name, "script '" .. key .. "': " .. message)
        sound = false
    end)
    settings_of.each(script, conf, declared, function(...)
        record("setting", ...)
    end)
    if not sound then
        return finish("failed", "its values in the settings file do not fit")
    end
    local entry = {
        index = index, key = key, path = path, folder = folder, script = script, hooks = hooks, conf = conf,
        enabled = false,
    }
    registry.add(entry)
    for _, filter in ipairs(filters_of(script)) do
        record("filter", filter)
    end
    keys[key] = path

    for _, rule in ipairs(OFF) do
        if script[rule[1]] then
            return finish("disabled", rule[2])
        end
    end
    if wish == "off" then
        life_cycle(entry, "onDisable")
        return finish("disabled", "switched off by configuration")
    elseif wish ~= "on" and script.default_enabled == false then
        return finish("disabled", "default_enabled = false")
    end
    if taken_out ~= "" then
        dispatch.add(index, path, script, hooks, taken_out, conf, arguments_of(script, generation))
        return finish("disabled", taken_out)
    end
    if script.setup ~= nil then
        if type(script.setup) ~= "function" then
            find("error", line_of(source, "setup"), "setup is a " .. type(script.setup) .. ": give it a function")
            return finish("failed", "setup is no function")
        end
        local fine, result = protected(script.setup)
        if not fine then
            local line, text = split_error(result, path)
            find("error", line, "setup() fails: " .. text)
            return finish("failed", "setup() fails")
        elseif not result then
            return finish("disabled", "its setup() returned " .. tostring(result))
        end
    end
    entry.enabled = true
    for _, name in ipairs({ "onLoad", wish == "on" and script.default_enabled == false and "onEnable" or false,
            values ~= "" and "onUpdateConfig" or false }) do
        local message = name and life_cycle(entry, name)
        if message then
            local line, text = split_error(message, path)
            find("warning", line, name .. "() fails: " .. text)
        end
    end
    loaded[#loaded + 1] = entry
    dispatch.add(index, path, script, hooks, nil, conf, arguments_of(script, generation))
    return finish("enabled", "")
end

-- After the last script: makes the plans of who runs when.
local function finish()
    control.current_script = 0
    dispatch.prepare()
end

-- End of the run: the script's own teardown(), an error reported like those of hooks.
local function teardown(index)
    layout.reset()
    for _, entry in ipairs(loaded) do
        if entry.index == tonumber(index) then
            control.current_script = entry.index
            local body = rawget(entry.script, "teardown")
            if type(body) == "function" then
                local ok, message = protected(body)
                if not ok then
                    failures.note(entry.index, message)
                end
            end
            local message = life_cycle(entry, "onUnload")
            if message then
                failures.note(entry.index, message)
            end
        end
    end
end

return { load = load, finish = finish, teardown = teardown }
