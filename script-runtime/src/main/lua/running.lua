-- Which script's hook runs, by what name: set while scripts are loaded, asked for when they say something.
local library = ...
local control = library("layout").control

local keys = {}

return {
    -- The script at an index, counted from 0, is called this.
    name = function(index, key)
        keys[index] = key
    end,
    -- Index -> name, of all that were loaded.
    names = function()
        return keys
    end,
    -- Name of the script whose code runs.
    key = function()
        return keys[control.current_script] or ""
    end,
}
