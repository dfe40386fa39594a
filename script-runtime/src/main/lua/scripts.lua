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
local examination = library("examination")
local generations = library("generations")
local running = library("running")
local requiring = library("requiring")
local wanted_statistics = library("wanted_statistics")
local control = layout.control
local HOOKS, line_of = examination.hook_names, examination.line_of
local setmetatable = debug.setmetatable

local FIELD, RECORD = "\31", "\30"
local TICK_S = settings.tick_seconds

local keys, loaded = {}, {}

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

-- Runs a script's text in the world of a generation: whether that went well, and the table that it returned or the
-- error; third, nil where it does not compile, and why; then its globals, and paths of the files that it requires. A
-- chunk that is a hook itself is not run, but put in a table.
local function run(generation, hook, folder, path, source, key)
    local environment, paths = sandbox.environment(folder, generation)
    local chunk, message = sandbox.compile(source, sandbox.chunk_name(path), environment)
    if chunk == nil then
        return false, nil, nil, message
    elseif hook then
        local period = math.ceil(WHOLE_CHUNK_PERIOD_S / TICK_S) * TICK_S
        return true, { hooks = { [hook] = chunk }, periodic_update_seconds = period, whole_chunk = true }, chunk, nil,
            environment, paths
    end
    local ok, script = protected(chunk, key)
    return ok, script, chunk, nil, environment, paths
end

-- Generations have scripts of the same name, such as blacklisted.lua: those may run side by side.
local function key_of(generation, key)
    return generation .. "/" .. key
end

-- Titles of a page's input, in the words behind their keys, as loaders of 4.0 and 4.2 left them.
local function translate_titles(gui)
    for _, name in ipairs({ "input_title", "input_description" }) do
        local key = rawget(gui, name)
        if type(key) == "string" and key ~= "" then
            rawset(gui, name, i18n(key) or key)
        end
    end
end

-- What a loader of the script's generation writes into its table.
local function describe(script, generation, key, path, in_alerts)
    script.key, script.path = key, path
    if generation == "4.0" or generation == "4.2" then
        local module = library("user_scripts_by_generation").of(generation)
        local category = type(script.category) == "table" and script.category.id
        script.category = module.script_categories.other
        for _, known in pairs(module.script_categories) do
            script.category = known.id == category and known or script.category
        end
        local folder = path:match("^(.*)/user_scripts/flow/[^/]*$")
        script.subdir, script.source_path, script.edition = "flow", path, "community"
        script.script_type = module.script_types.flow
        script.plugin = folder and { key = folder:match("[^/]*$"), path = folder } or nil
        if type(script.gui) == "table" then
            translate_titles(script.gui)
        end
    else
        script.is_alert, script.enabled = in_alerts, true
    end
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

    running.name(index, key)
    local generation, declared, hook = generations.of(path, source)
    if generation == nil then
        find("error", line_of(source, declared), UNKNOWN_API:format(declared))
        return finish("failed", "unknown api")
    end
    local same = key_of(generation, key)
    if keys[same] then
        find("error", 0, "a script with the key '" .. key .. "' was loaded from " .. keys[same]
            .. ": rename one of the files")
        return finish("failed", "duplicate key")
    end
    local ok, script, chunk, message, environment, paths = run(generation, hook, folder, path, source, key)
    if chunk == nil then
        local line, text = split_error(message, path)
        find("error", line, "does not compile: " .. text)
        return finish("failed", "does not compile")
    end
    local own_api = ok and type(script) == "table" and rawget(script, "api")
    if own_api then
        local chosen = API_NUMBERS[own_api] or own_api
        if not generations.declared[chosen] then
            find("error", line_of(source, "api"), UNKNOWN_API:format(tostring(chosen)))
            return finish("failed", "unknown api")
        elseif chosen ~= generation then
            generation = chosen
            ok, script, chunk, message, environment, paths = run(generation, nil, folder, path, source, key)
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
    describe(script, generation, key, path, in_alerts == "1")
    local gui = type(script.gui) == "table" and script.gui or {}
    record("title", words(gui.i18n_title) ~= "" and words(gui.i18n_title) or key)
    record("description", words(gui.i18n_description))
    local ready = examination.attributes(script, source, find)
    local hooks = examination.hooks(script, source, find)
    for i = 1, 4 do
        if hooks and hooks[HOOKS[i]] then
            record("hook", HOOKS[i])
        end
    end
    if hooks == nil or not ready then
        return finish("failed", "see findings")
    end
    local examine_loaded = wanted_statistics.examine(generation, source, folder, function(name)
        return requiring.located(environment, folder, generation, name)
    end, find)
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
    keys[key_of(generation, key)] = path

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
    examine_loaded(paths)
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
