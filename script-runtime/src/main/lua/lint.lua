-- Reads a script's source for names that the library does not know, also where no run comes by: flow.NAME, functions of
-- ntop, interface and the standard tables, constants of the modules.
local library = ...
local sandbox = library("sandbox")
local generations = library("generations")
local nearest = library("names").nearest
local presence = library("flow_api").presence()

local FIELD, RECORD = "\31", "\30"
local MODULES = { "user_scripts", "flow_consts", "dkjson", "alert_consts", "discover_utils", "flow_risk_utils",
    "format_utils", "mud_utils", "plugins_utils", "alert_utils", "flow_utils", "status_keys", "alert_keys", "flow_keys",
    "flow_alert_keys", "other_alert_keys", "alert_severities", "alert_categories", "alert_entities" }
local ROOTS = { "flow", "ntop", "interface", "user_scripts", "string", "table", "math", "bit", "coroutine", "os", "io" }
local MAX_DEPTH = 4
local KEYWORDS = {}
for word in ("and break do else elseif end false for function goto if in local nil not or repeat return then true "
        .. "until while"):gmatch("%a+") do
    KEYWORDS[word] = true
end

-- Tokens in order: { kind, text, line }; kinds are name, text (a string) and sign.
local function tokens_of(source)
    local tokens, at, line = {}, 1, 1
    local function skip(to)
        local _, breaks = source:sub(at, to):gsub("\n", "")
        line = line + breaks
        at = to + 1
    end
    local function long_bracket(from)
        local level = source:match("^%[(=*)%[", from)
        if level == nil then
            return nil
        end
        local _, close = source:find("]" .. level .. "]", from, true)
        return close or #source
    end
    local function quoted(quote)
        local to = at + 1
        while to <= #source do
            local c = source:sub(to, to)
            if c == "\\" then
                to = to + 1
            elseif c == quote or c == "\n" then
                break
            end
            to = to + 1
        end
        return to
    end
    if source:sub(1, 1) == "#" then
        at = source:find("\n", 1, true) or #source + 1
    end
    while at <= #source do
        local c = source:sub(at, at)
        if c:find("%s") then
            skip(select(2, source:find("^%s+", at)))
        elseif source:find("^%-%-", at) then
            skip(long_bracket(at + 2) or (source:find("\n", at, true) or #source + 1) - 1)
        elseif c == '"' or c == "'" then
            local to = quoted(c)
            tokens[#tokens + 1] = { "text", source:sub(at + 1, to - 1), line }
            skip(to)
        elseif long_bracket(at) then
            tokens[#tokens + 1] = { "text", "", line }
            skip(long_bracket(at))
        elseif c:find("[%a_]") then
            local _, to = source:find("^[%w_]+", at)
            tokens[#tokens + 1] = { "name", source:sub(at, to), line }
            at = to + 1
        elseif c:find("%d") then
            local _, to = source:find("^[%w.]+", at)
            tokens[#tokens + 1] = { "number", source:sub(at, to), line }
            at = to + 1
        else
            local _, to = source:find("^[=~<>]=", at)
            to = to or select(2, source:find("^%.%.%.?", at)) or at
            tokens[#tokens + 1] = { "sign", source:sub(at, to), line }
            at = to + 1
        end
    end
    return tokens
end

local function is(token, text)
    return token ~= nil and token[1] ~= "text" and token[2] == text
end

-- The module that `require("name")` at this token gives, as far as it is one of ours.
local function required(tokens, i, modules)
    if not is(tokens[i], "require") then
        return nil
    end
    local argument = tokens[i + 1]
    if is(argument, "(") then
        argument = tokens[i + 2]
    end
    return argument and argument[1] == "text" and modules[argument[2]] or nil
end

local function keys_of(tree)
    local keys = {}
    for key in pairs(tree) do
        if type(key) == "string" then
            keys[#keys + 1] = key
        end
    end
    table.sort(keys)
    return keys
end

-- The names that are all of the expression at this token, joined by dots in the source; nil where there is more to it.
local function lone_path(tokens, i)
    local path = {}
    repeat
        local name = tokens[i]
        if name == nil or name[1] ~= "name" or KEYWORDS[name[2]] then
            return nil
        end
        path[#path + 1] = name[2]
        i = i + 2
    until not is(tokens[i - 1], ".")
    local after = tokens[i - 1]
    local ends = after == nil or is(after, ";") or after[1] == "name" and not is(after, "and") and not is(after, "or")
    return ends and path or nil
end

-- The table that these names lead to from what the first is bound to.
local function table_at(bound, path)
    local value = bound[path[1]]
    for i = 2, #path do
        value = type(value) == "table" and rawget(value, path[i]) or nil
    end
    return type(value) == "table" and value or nil
end

-- What a name at the start of a chain stands for in this source, and the first names of those that have two.
local function bindings_of(tokens, environment, modules)
    local bound, own, aliases = {}, {}, {}
    for _, name in ipairs(ROOTS) do
        bound[name] = type(environment[name]) == "table" and environment[name] or nil
    end
    local function hide(name)
        own[name] = true
    end
    for i, token in ipairs(tokens) do
        if is(token, "function") then
            local j = i + 1
            if tokens[j] and tokens[j][1] == "name" and is(tokens[j + 1], "(") then
                hide(tokens[j][2])
            end
            while tokens[j] and not is(tokens[j], "(") do
                j = j + 1
            end
            j = j + 1
            while tokens[j] and not is(tokens[j], ")") do
                hide(tokens[j][2])
                j = j + 1
            end
        elseif is(token, "for") or is(token, "local") then
            local j = i + 1
            local names = {}
            while tokens[j] and tokens[j][1] == "name" and not KEYWORDS[tokens[j][2]] do
                names[#names + 1] = tokens[j][2]
                j = j + (is(tokens[j + 1], ",") and 2 or 1)
            end
            for _, name in ipairs(names) do
                local module = #names == 1 and is(tokens[j], "=") and required(tokens, j + 1, modules)
                local other = #names == 1 and is(token, "local") and is(tokens[j], "=") and lone_path(tokens, j + 1)
                if module then
                    bound[name] = module
                elseif other and not (#other == 1 and other[1] == name) then
                    aliases[#aliases + 1] = { name, other }
                elseif not (#names == 1 and is(tokens[j], "=") and is(tokens[j + 1], name)) then
                    hide(name)
                end
            end
        elseif token[1] == "name" and is(tokens[i + 1], "=") and not is(tokens[i - 1], ".") then
            local module = required(tokens, i + 2, modules)
            if module then
                bound[token[2]] = module
            elseif not is(tokens[i - 1], "local") and not is(tokens[i - 1], ",") and not is(tokens[i - 1], "{") then
                hide(token[2])
            end
        end
    end
    for name in pairs(own) do
        bound[name] = nil
    end
    -- A local that is another thing elsewhere stands for nothing.
    local true_names = {}
    for _, alias in ipairs(aliases) do
        local name, path = alias[1], alias[2]
        local value = table_at(bound, path)
        if own[name] or value == nil or bound[name] ~= nil and bound[name] ~= value then
            own[name] = true
            bound[name] = nil
        else
            bound[name] = value
            path[1] = true_names[path[1]] or path[1]
            true_names[name] = table.concat(path, ".")
        end
    end
    return bound, true_names
end

-- Chains of names that start at something known: { root, names, lines, called, tested, assigned }.
local function chains_of(tokens, bound)
    local chains = {}
    for i, token in ipairs(tokens) do
        if token[1] == "name" and bound[token[2]] and not is(tokens[i - 1], ".") and not is(tokens[i - 1], ":") then
            local chain = { root = token[2], names = {}, lines = {} }
            local j = i + 1
            while true do
                local step = tokens[j + 1]
                if (is(tokens[j], ".") or is(tokens[j], ":")) and step and step[1] == "name" then
                    j = j + 2
                elseif is(tokens[j], "[") and step and step[1] == "text" and step[2]:find("^[%a_][%w_]*$")
                        and is(tokens[j + 2], "]") then
                    j = j + 3
                else
                    break
                end
                chain.names[#chain.names + 1] = step[2]
                chain.lines[#chain.lines + 1] = step[3]
            end
            local after, before = tokens[j], tokens[i - 1]
            chain.called = is(after, "(") or is(after, "{") or after ~= nil and after[1] == "text"
            chain.assigned = is(after, "=") or is(before, "function")
            chain.tested = not chain.called and (is(after, "then") or is(after, "and") or is(after, "or")
                or is(after, "==") or is(after, "~=") or is(before, "not"))
            if #chain.names > 0 then
                chains[#chains + 1] = chain
            end
        end
    end
    return chains
end

local function is_open(tree)
    local metatable = debug.getmetatable(tree)
    return metatable ~= nil and metatable.__index ~= nil
end

-- Position of the first name of the chain that is not there, and the table in which it was looked for.
local function unknown(chain, tree)
    for i = 1, math.min(#chain.names, MAX_DEPTH) do
        if type(tree) ~= "table" or is_open(tree) then
            return nil
        end
        local value = rawget(tree, chain.names[i])
        if value == nil then
            return i, tree
        end
        tree = value
    end
    return nil
end

-- What to do about a name that `tree` does not have.
local function advice(path, name, tree)
    local near, edits = nearest(name, keys_of(tree))
    if near and edits <= math.max(3, #name / 2) then
        return ": did you mean '" .. path:match("^(.*)%.") .. "." .. near .. "'?"
    end
    return ": there is no such name"
end

-- The generations that have a function of `flow`, as words of what to do; nil where none has it.
local function of_others(name)
    local having = {}
    for _, generation in ipairs(generations.all) do
        if presence[name] and presence[name][generation] and generation ~= generations.open then
            having[#having + 1] = 'api = "' .. generation .. '"'
        end
    end
    return #having > 0 and ": another generation has it: " .. table.concat(having, " or ") or nil
end

-- Records of severity, line, message, in order of lines.
local function lint(source, folder)
    local generation = generations.of(folder .. "/script.lua", source) or generations.open
    local environment = sandbox.environment(folder, generation)
    local modules = {}
    for _, name in ipairs(MODULES) do
        local ok, module = pcall(environment.require, name)
        if ok and type(module) == "table" then
            modules[name] = module
        end
    end
    local tokens = tokens_of(source)
    local bound, true_names = bindings_of(tokens, environment, modules)
    local chains = chains_of(tokens, bound)
    local defined = {}
    for _, chain in ipairs(chains) do
        local name = (true_names[chain.root] or chain.root) .. "." .. table.concat(chain.names, ".")
        if chain.assigned then
            defined[name] = "assigned"
        elseif chain.tested and defined[name] == nil then
            defined[name] = "tested"
        end
    end
    local records, told = {}, {}
    for _, chain in ipairs(chains) do
        local at, tree = unknown(chain, bound[chain.root])
        if at then
            local names = "." .. table.concat(chain.names, ".", 1, at)
            local path, true_path = chain.root .. names, (true_names[chain.root] or chain.root) .. names
            local line = chain.lines[at]
            if defined[true_path] ~= "assigned" and not told[path .. line] then
                told[path .. line] = true
                local hint = tree == environment.flow and of_others(chain.names[at])
                    or advice(path, chain.names[at], tree)
                records[#records + 1] = table.concat({ defined[true_path] == "tested" and "warning" or "error", line,
                    "unknown name '" .. path .. "'" .. hint }, FIELD)
            end
        end
    end
    return table.concat(records, RECORD)
end

-- Which of some names of functions a source reads from a table, each once: { name, line }, in order.
local function uses(source, wanted)
    local tokens, list, told = tokens_of(source), {}, {}
    for i, token in ipairs(tokens) do
        local read = token[1] == "name" and (is(tokens[i - 1], ".") or is(tokens[i - 1], ":"))
            or token[1] == "text" and is(tokens[i - 1], "[") and is(tokens[i + 1], "]")
        if read and wanted[token[2]] and not told[token[2]] then
            told[token[2]] = true
            list[#list + 1] = { token[2], token[3] }
        end
    end
    return list
end

-- Names of modules that a source requires by a text, in order: { name, line }.
local function requires(source)
    local tokens, list = tokens_of(source), {}
    for i, token in ipairs(tokens) do
        if is(token, "require") and not is(tokens[i - 1], ".") and not is(tokens[i - 1], ":") then
            local argument = is(tokens[i + 1], "(") and tokens[i + 2] or tokens[i + 1]
            if argument and argument[1] == "text" then
                list[#list + 1] = { argument[2], argument[3] }
            end
        end
    end
    return list
end

return { lint = lint, uses = uses, requires = requires }
