-- Names what a script wrote for Lua 5.3 or 5.4 that LuaJIT cannot parse, and how LuaJIT spells it.
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
for word in ("and break do else elseif for function goto if in local not or repeat return then until while"):gmatch("%a+")
do
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

-- The message of a chunk that does not compile, "file:line: what is wrong"; in words of the construct where one of Lua
-- 5.3 or 5.4 is to blame.
local function explain(source, message)
    local file, failed_at = tostring(message):match("^(.-):(%d+): ")
    local line, found = first(source)
    if line == nil or file == nil or line > tonumber(failed_at) then
        return message
    end
    return ("%s:%d: %s of Lua 5.3 is not known to LuaJIT: write %s"):format(file, line, found[1], found[2])
end

return { explain = explain }
