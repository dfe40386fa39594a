-- What a script is configured with: the values it declares in default_value, changed by what the user says in the
-- settings file. A value must be declared, and of the type of its default.
local library = ...
local dkjson = library("dkjson")
local names = library("names")

local function is_list(value)
    local count = 0
    for key in pairs(value) do
        if type(key) ~= "number" then
            return false
        end
        count = count + 1
    end
    return count == #value
end

local function kind_of(value)
    local kind = type(value)
    if kind ~= "table" then
        return kind
    elseif next(value) == nil then
        return "empty table"
    end
    return is_list(value) and "list" or "object"
end

-- A table that went through JSON, as the configurations of 4.0 and 4.2 did: keys of an object are texts.
local function as_json(value)
    if type(value) ~= "table" then
        return value
    end
    local list, copy = is_list(value), {}
    for key, item in pairs(value) do
        copy[list and key or tostring(key)] = as_json(item)
    end
    return copy
end

local PLAIN = { ["empty table"] = "list or object" }

local function plain(kind)
    return PLAIN[kind] or kind
end

local function fits(kind, wanted)
    return kind == wanted or wanted == "empty table" and (kind == "list" or kind == "object")
        or kind == "empty table" and (wanted == "list" or wanted == "object")
end

local function only_kind(declared)
    local kind
    for _, item in pairs(declared) do
        local each = kind_of(item)
        if kind ~= nil and kind ~= each then
            return nil
        end
        kind = each
    end
    return kind
end

local merge

local function merge_list(declared, given, path, problem)
    local wanted = only_kind(declared)
    for i, item in ipairs(given) do
        local kind = kind_of(item)
        if wanted and not fits(kind, wanted) then
            problem(path .. "[" .. i .. "]", "must be a " .. plain(wanted) .. ", not a " .. plain(kind))
        end
    end
    return given
end

-- Members of the top must be declared; deeper, a table whose values are all of one kind is a map and takes more of it.
local function merge_object(declared, given, path, problem)
    local result, known = {}, {}
    for name, value in pairs(declared) do
        result[name] = value
        known[#known + 1] = name
    end
    table.sort(known)
    local more = path ~= "" and only_kind(declared)
    for name, value in pairs(given) do
        local at = path == "" and name or path .. "." .. name
        if declared[name] ~= nil then
            result[name] = merge(declared[name], value, at, problem)
        elseif more and fits(kind_of(value), more) then
            result[name] = value
        elseif more then
            problem(at, "must be a " .. plain(more) .. " like its neighbours, not a " .. plain(kind_of(value)))
        else
            local near = names.nearest(tostring(name), known)
            problem(at, "is not declared: " .. (near and "did you mean '" .. near .. "'? " or "") .. (#known == 0
                and "the script declares no values" or "there are " .. table.concat(known, ", ")))
        end
    end
    return result
end

function merge(declared, given, path, problem)
    local wanted, kind = kind_of(declared), kind_of(given)
    if not fits(kind, wanted) then
        problem(path, "must be a " .. plain(wanted) .. " such as " .. (dkjson.encode(declared)) .. ", not a "
            .. plain(kind))
        return declared
    elseif wanted == "object" then
        return merge_object(declared, given, path, problem)
    elseif wanted == "list" then
        return merge_list(declared, given, path, problem)
    end
    return given
end

-- The configuration of a script. values: JSON object, "" for none. problem(name, message) takes what is wrong.
local function configure(script, values, problem)
    local declared = as_json(type(script.default_value) == "table" and script.default_value or {})
    if values == "" then
        return declared, declared
    end
    local given = dkjson.decode(values)
    local conf = merge_object(declared, given, "", function(path, message)
        problem(path:match("^[^.%[]*"), "value '" .. path .. "' " .. message)
    end)
    return conf, declared
end

-- Calls body(name, value, default, description) for each declared value, in the order of names; values as JSON.
local function each(script, conf, declared, body)
    local names_of, gui = {}, type(script.gui) == "table" and script.gui or {}
    for name in pairs(declared) do
        names_of[#names_of + 1] = name
    end
    table.sort(names_of, function(a, b) return tostring(a) < tostring(b) end)
    for _, name in ipairs(names_of) do
        local told = type(gui.settings) == "table" and gui.settings[name]
        body(tostring(name), dkjson.encode(conf[name]), dkjson.encode(declared[name]),
            type(told) == "string" and told or "")
    end
end

return { configure = configure, each = each, as_json = as_json }
