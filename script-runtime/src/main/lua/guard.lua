-- The border to users' code: while it is inside, the serial is odd, and the watchdog counts.
local library = ...
local control = library("layout").control
local band, pcall = bit.band, pcall

local function turn()
    control.hook_serial = band(control.hook_serial + 1, 0x3fffffff)
end

local function returned(...)
    turn()
    return ...
end

-- Like pcall, with a deadline of its own; within another call, with that one's.
local function call(body, ...)
    if band(control.hook_serial, 1) == 1 then
        return pcall(body, ...)
    end
    turn()
    return returned(pcall(body, ...))
end

-- The function with a deadline on all that it does, in interpreted code only: there an error ends an endless loop, and
-- the machine with all that other scripts keep in it lives on.
local function interpreted(body)
    local function pass(ok, ...)
        if not ok then
            error((...), 0)
        end
        return ...
    end
    return function(...)
        jit.off()
        jit.flush()
        return pass(call(body, ...))
    end
end

return { turn = turn, call = call, interpreted = interpreted }
