-- Tokens of Lua text of any version up to 5.4: an iterator over kind ("name", "number", "string", "operator"), text,
-- line and position. Comments are passed over; it ends at the first byte that begins no token.
local OPERATORS = { "...", "<<", ">>", "//", "==", "~=", "<=", ">=", "::", ".." }

local function long_bracket(source, position)
    local equals = source:match("^%[(=*)%[", position)
    if equals == nil then
        return nil
    end
    local _, last = source:find("]" .. equals .. "]", position, true)
    return last or #source
end

local function quoted(source, position)
    local quote, place = source:sub(position, position), position + 1
    while place <= #source do
        local character = source:sub(place, place)
        if character == "\\" then
            place = place + 1
        elseif character == quote or character == "\n" then
            return place
        end
        place = place + 1
    end
    return #source
end

local function newlines(text)
    return select(2, text:gsub("\n", ""))
end

local function operator(source, position)
    for _, text in ipairs(OPERATORS) do
        if source:sub(position, position + #text - 1) == text then
            return text
        end
    end
    return source:match("^[%+%-%*/%%%^#&~|<>=%(%){}%[%];:,%.]", position)
end

return function(source)
    local position, line = 1, 1
    if source:byte(1) == 35 then
        position = source:find("\n", 1, true) or #source + 1
    end
    local function take(kind, last)
        local text = source:sub(position, last)
        local at, start = line, position
        line = line + newlines(text)
        position = last + 1
        return kind, text, at, start
    end
    return function()
        while true do
            local blank = source:match("^%s*", position)
            line = line + newlines(blank)
            position = position + #blank
            if source:sub(position, position + 1) ~= "--" then
                break
            end
            local last = long_bracket(source, position + 2) or (source:find("\n", position, true) or #source + 1) - 1
            take("comment", last)
        end
        local first = source:sub(position, position)
        if first == "" then
            return nil
        elseif first == "'" or first == '"' then
            return take("string", quoted(source, position))
        elseif first == "[" and long_bracket(source, position) then
            return take("string", long_bracket(source, position))
        elseif first:find("[%a_]") then
            return take("name", position + #source:match("^[%w_]+", position) - 1)
        elseif source:find("^%.?%d", position) then
            local number = source:match("^0[xX][%x%.]*[pP]?[%+%-]?%d*[uUlL]*", position)
                or source:match("^[%d%.]+[eE]?[%+%-]?%d*[uUlLiI]*", position)
            if not number:find("[eEpP]") then
                number = source:match("^0[xX][%x%.]*[uUlL]*", position) or source:match("^[%d%.]+[uUlLiI]*", position)
            end
            return take("number", position + #number - 1)
        end
        local text = operator(source, position)
        if text == nil then
            return nil
        end
        return take("operator", position + #text - 1)
    end
end
