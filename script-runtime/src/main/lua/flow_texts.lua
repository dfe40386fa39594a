-- Texts of the event's metadata, one function per text: the text as a Lua string, nil where it is absent.
local library, settings = ...
local layout = library("layout")
local ffi, cursor = layout.ffi, layout.cursor
local to_string, cast = ffi.string, ffi.cast
local bytes = ffi.typeof("const uint8_t *")

-- One function per field, not one for all: a field name known when it is compiled costs nothing at run time.
local TEMPLATE = [[
local cursor, to_string, cast, bytes = ...
return function()
    local metadata = cursor.metadata
    local length = metadata.%s_length
    if length == 0 then
        return nil
    end
    return (to_string(cast(bytes, metadata) + metadata.%s_offset, length))
end
]]

local texts = {}
for _, name in ipairs(settings.texts) do
    texts[name] = assert(loadstring(TEMPLATE:format(name, name), "@millrace/text_" .. name .. ".lua"))(
        cursor, to_string, cast, bytes)
end

return texts
