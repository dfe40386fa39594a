-- i18n(key, variables): the text behind a dotted key; %{name} is replaced by the variable, "nil" where there is none,
-- %<name>.d by the variable in that format, %% by a percent sign. Callable table.
local library = ...
local find = library("locale").find
local type, tostring, error, setmetatable = type, tostring, error, setmetatable

-- Stands for a percent sign that is none of a placeholder's.
local PERCENT = "\1"

local function translate(_, key, variables)
    if type(key) ~= "string" or key == "" then
        error("i18n: a key is needed, not " .. (key == "" and "an empty string" or tostring(key)), 2)
    end
    local text = find(key)
    if text == nil then
        return type(variables) == "table" and variables.default or nil
    end
    if not text:find("%", 1, true) then
        return text
    end
    variables = type(variables) == "table" and variables or {}
    text = text:gsub("%%%%", PERCENT)
    text = text:gsub("%%{(.-)}", function(name) return tostring(variables[name]) end)
    text = text:gsub("%%<(.-)>%.(%d*%.?%d*%a)", function(name, format)
        return ("%" .. format):format(variables[name] or 0)
    end)
    return (text:gsub(PERCENT, "%%"))
end

return setmetatable({ translate = function(...) return translate(nil, ...) end }, { __call = translate })
