-- The scripts of this machine by key, as far as other scripts may know of them: entries of
-- { key, path, folder, title, enabled, conf, script }. Filled while scripts are loaded.
local entries, order = {}, {}

return {
    add = function(entry)
        if entries[entry.key] == nil then
            order[#order + 1] = entry.key
            table.sort(order)
        end
        entries[entry.key] = entry
    end,
    find = function(key)
        return entries[key]
    end,
    keys = function()
        return order
    end,
}
