-- Lua 5.3 and 5.4 as LuaJIT takes them: what can be written otherwise without a change in meaning is, what cannot is
-- named, with LuaJIT's spelling.
local library = ...
local tokens = library("lexer")

local BITS = "; bits of flow.getStatus() are read with ntop.bitmapIsSet(bits, id)"
local SPELLINGS = {
    ["//"] = { "integer division 'a // b'", "math.floor(a / b)" },
    ["&"] = { "operator 'a & b'", "bit.band(a, b)" .. BITS },
    ["|"] = { "operator 'a | b'", "bit.bor(a, b)" },
    ["<<"] = { "operator 'a << b'", "bit.lshift(a, b)" },
    [">>"] = { "operator 'a >> b'", "bit.rshift(a, b)" },
    xor = { "operator 'a ~ b'", "bit.bxor(a, b)" },
    ["not"] = { "operator '~a'", "bit.bnot(a)" },
    const = { "attribute '<const>'", "a plain `local`" },
    close = { "attribute '<close>'", "a plain `local`, and close it yourself" },
}
-- After these an operand may end, so that a `~` that follows stands between two.
local ENDS_OPERAND = { [")"] = true, ["]"] = true, ["}"] = true, ["end"] = true, ["nil"] = true, ["true"] = true,
    ["false"] = true }
local WORDS = {}
for word in ("and break do else elseif for function goto if in local not or repeat return then until "
        .. "while"):gmatch("%a+") do
    WORDS[word] = true
end

local function ends_operand(kind, text)
    return kind == "number" or kind == "string" or ENDS_OPERAND[text] == true or (kind == "name" and not WORDS[text])
end

-- Line and spelling of the first such construct; nil where there is none.
local function first(source)
    local before_kind, before, earlier = nil, nil, nil
    local after_attribute
    for kind, text, line in tokens(source) do
        local found
        if after_attribute and text == ">" then
            found = SPELLINGS[after_attribute]
        elseif kind == "operator" and text == "~" then
            found = ends_operand(before_kind, before) and SPELLINGS.xor or SPELLINGS["not"]
        elseif kind == "operator" then
            found = SPELLINGS[text]
        end
        if found then
            return line, found
        end
        after_attribute = before == "<" and earlier == "name" and (text == "const" or text == "close") and text or nil
        earlier = before_kind
        before_kind, before = kind, text
    end
    return nil
end

-- After these a `;` is a statement of its own, which LuaJIT does not know.
local BEFORE_STATEMENT =
    { [";"] = true, ["do"] = true, ["then"] = true, ["else"] = true, ["repeat"] = true, ["::"] = true }
-- Before these, or the end, LuaJIT knows `break`.
local AFTER_BREAK = { ["end"] = true, ["else"] = true, ["elseif"] = true, ["until"] = true }

-- The text with empty statements blanked out and each `break` in the middle of a block in a block of its own, line by
-- line as it was; nil where there is neither.
local function rewritten(source)
    local pieces, from = {}, 1
    local before, position_of_break = ";", nil
    local label, parameters = false, false
    local function replace(first_byte, last_byte, text)
        pieces[#pieces + 1] = source:sub(from, first_byte - 1)
        pieces[#pieces + 1] = text
        from = last_byte + 1
    end
    for kind, text, _, position in tokens(source) do
        local word = kind ~= "string" and text or ""
        if position_of_break and not AFTER_BREAK[word] and word ~= ";" then
            replace(position_of_break, position_of_break + 4, "do break end")
        end
        -- "::name::": the first pair opens a label, the second ends it.
        if word == "::" then
            label = not label
        end
        if word == ";" and BEFORE_STATEMENT[before] and not (before == "::" and label) then
            replace(position, position, " ")
            word = ";"
        end
        -- A function's body begins behind its parameters.
        parameters = word == "function" or parameters and word ~= ")"
        if before == "parameters" and word == ")" then
            word = "do"
        end
        position_of_break = kind == "name" and word == "break" and position
            or (word == ";" and before == "break" and position_of_break) or nil
        before = parameters and "parameters" or word
    end
    if #pieces == 0 then
        return nil
    end
    pieces[#pieces + 1] = source:sub(from)
    return table.concat(pieces)
end

-- What LuaJIT says of an escape or a jump, in words of what to write.
local function explain_by_message(message)
    if message:find("invalid escape sequence", 1, true) then
        return message .. ": LuaJIT knows \\u{XXX} up to \\u{10FFFF}, \\xXX, \\ddd and \\z: write the bytes as \\xXX"
    elseif message:find("jumps into the scope of local", 1, true) then
        return message .. ": declare it before the goto, or put what lies between the two into do ... end"
    end
    return message
end

-- The message of a chunk that does not compile, "file:line: what is wrong"; in words of the construct where one of Lua
-- 5.3 or 5.4 is to blame.
local function explain(source, message)
    message = tostring(message)
    local file, failed_at = message:match("^(.-):(%d+): ")
    local line, found = first(source)
    if line == nil or file == nil or line > tonumber(failed_at) then
        return explain_by_message(message)
    end
    return ("%s:%d: %s of Lua 5.3 is not known to LuaJIT: write %s"):format(file, line, found[1], found[2])
end

return { explain = explain, rewritten = rewritten }
