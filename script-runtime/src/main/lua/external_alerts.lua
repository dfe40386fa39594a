-- Alerts of other systems wait in the store under the key of their flow, as ExternalAlert in Java makes it: from and to
-- as the other system saw them, which may be either way round, and without a VLAN where it told none.
local library = ...
local layout = library("layout")
local take = library("store").take_external_alert
local ffi, cursor = layout.ffi, layout.cursor
local copy, cast = ffi.copy, ffi.cast

ffi.cdef [[
typedef struct {
    uint8_t from[16], to[16];
    uint16_t from_port, to_port;
    uint8_t l4_protocol, ip_version;
    uint16_t vlan_id;
} alert_key_t;
]]
local ADDRESS, LENGTH = 16, ffi.sizeof("alert_key_t")
local key = ffi.new("alert_key_t")
local text = cast("const char *", key)

local function either_way(event)
    copy(key.from, event.cli_address, ADDRESS)
    copy(key.to, event.srv_address, ADDRESS)
    key.from_port, key.to_port = event.cli_port, event.srv_port
    local found = take(text, LENGTH)
    if found then
        return found
    end
    copy(key.from, event.srv_address, ADDRESS)
    copy(key.to, event.cli_address, ADDRESS)
    key.from_port, key.to_port = event.srv_port, event.cli_port
    return take(text, LENGTH)
end

return {
    take = function()
        local event = cursor.event
        key.l4_protocol, key.ip_version = event.l4_protocol, event.ip_version
        key.vlan_id = event.vlan_id
        local found = either_way(event)
        if found == nil and event.vlan_id ~= 0 then
            key.vlan_id = 0
            found = either_way(event)
        end
        return found
    end,
}
