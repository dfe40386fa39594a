-- The texts behind keys: ours, and those that plugins bring in `locales/en.lua`, whose keys begin with the plugin's
-- name.
local library = ...
local english = library("locale_en")
local type, next = type, next

local MAX_DEPTH = 6
local learnt = {}

local function find(node, key)
    for part in key:gmatch("[^%.]+") do
        node = type(node) == "table" and node[part] or nil
    end
    return type(node) == "string" and node or nil
end

local function texts_of(from, depth)
    local texts = {}
    for key, value in next, from do
        if type(key) == "string" and type(value) == "string" then
            texts[key] = value
        elseif type(key) == "string" and type(value) == "table" and depth < MAX_DEPTH then
            texts[key] = texts_of(value, depth + 1)
        end
    end
    return texts
end

return {
    -- The text of a dotted key; nil where there is none.
    find = function(key)
        return find(english, key) or find(learnt, key)
    end,
    -- Takes the texts of a plugin. Where we have one of the same key, ours stays.
    learn = function(plugin, texts)
        learnt[plugin] = texts_of(texts, 1)
    end,
}
