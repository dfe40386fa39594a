-- The clock of scripts: the time of the event in hand, so that a replay says the same whenever it runs. UTC only.
local library = ...
local cursor = library("layout").cursor
local floor, date = math.floor, os.date
local tonumber, type, error = tonumber, type, error

local start_ns

local function now()
    return (floor(tonumber(cursor.event.time_ns) / 1e9))
end

-- Days from 1970-01-01 to a date of the proleptic Gregorian calendar; months and days may overflow as os.time allows.
local function days(year, month, day)
    year = year + floor((month - 1) / 12)
    month = (month - 1) % 12 + 1
    if month <= 2 then
        year, month = year - 1, month + 12
    end
    return 365 * year + floor(year / 4) - floor(year / 100) + floor(year / 400)
        + floor((153 * (month - 3) + 2) / 5) + day - 1 - 719468
end

local function field(fields, name, default)
    local value = tonumber(fields[name]) or default
    if value == nil then
        error("field '" .. name .. "' missing in date table", 3)
    end
    return value
end

return {
    now = now,
    time = function(fields)
        if fields == nil then
            return now()
        end
        if type(fields) ~= "table" then
            error("os.time takes a table of date fields or nothing, not a " .. type(fields), 2)
        end
        return days(field(fields, "year"), field(fields, "month"), field(fields, "day")) * 86400
            + field(fields, "hour", 12) * 3600 + field(fields, "min", 0) * 60 + field(fields, "sec", 0)
    end,
    date = function(format, time)
        format = format == nil and "%c" or tostring(format)
        if format:byte(1) ~= 33 then
            format = "!" .. format
        end
        return date(format, tonumber(time) or now())
    end,
    -- Seconds of packet time since the first event.
    clock = function()
        local time_ns = tonumber(cursor.event.time_ns)
        start_ns = start_ns or time_ns
        return (time_ns - start_ns) / 1e9
    end,
    difftime = function(later, earlier)
        return later - (earlier or 0)
    end,
}
