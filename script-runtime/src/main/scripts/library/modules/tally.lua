-- Counts the different targets of each client within a window of time. A window starts with the first count after the
-- last one ran out, and counts begin anew then. What comes late, with a time before the window, counts with it: flows
-- end in another order than they begin. Memory is bounded by the targets of one window.
local tally = {}
tally.__index = tally

local MAX_TARGETS = 50000

function tally.new()
    return setmetatable({ started = nil, clients = {}, total = 0 }, tally)
end

-- Counts a target tried at a time, in s; returns how many different ones the client has now.
function tally:add(time, window_s, client, target)
    if self.started == nil or math.abs(time - self.started) >= window_s then
        self.started, self.clients, self.total = time, {}, 0
    end
    local known = self.clients[client]
    if known == nil then
        if self.total >= MAX_TARGETS then
            return 0
        end
        known = { count = 0, targets = {} }
        self.clients[client] = known
    end
    if not known.targets[target] and self.total < MAX_TARGETS then
        known.targets[target] = true
        known.count = known.count + 1
        self.total = self.total + 1
    end
    return known.count
end

return tally
