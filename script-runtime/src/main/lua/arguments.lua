-- Arguments of the wrong type: a line of trace and no value, as scripts know it, instead of an error.
local library = ...
local utils = library("lua_utils")
local getinfo = debug.getinfo

-- The place in a script that called into the library.
local function caller()
    local level = 3
    local info = getinfo(level, "Sl")
    while info and info.source:sub(1, 10) == "@millrace/" do
        level = level + 1
        info = getinfo(level, "Sl")
    end
    return info
end

-- For a function of `owner` to return. position: of the argument, from 1.
local function wrong_of(owner, name, position, expected, value)
    local info = caller()
    local file = info and info.source:gsub("^[@=]", "") or "?"
    utils.globals.trace(0, file, info and info.currentline or 0, ("%s.%s: expected %s[@pos %d], got %s"):format(owner,
        name, expected, position, value == nil and "no value" or type(value)))
end

local function of(owner)
    return function(name, position, expected, value)
        wrong_of(owner, name, position, expected, value)
    end
end

return { wrong = of("flow"), wrong_of_ntop = of("ntop") }
