-- Arguments of the wrong type: a line of trace and no value, as scripts know it, instead of an error.
local library = ...
local utils = library("lua_utils")
local getinfo = debug.getinfo

-- For a function of `flow` to return. position: of the argument, from 1.
local function wrong(name, position, expected, value)
    local info = getinfo(3, "Sl")
    local file = info and info.source:gsub("^[@=]", "") or "?"
    utils.globals.trace(0, file, info and info.currentline or 0, ("flow.%s: expected %s[@pos %d], got %s"):format(name,
        expected, position, value == nil and "no value" or type(value)))
end

return { wrong = wrong }
