-- Computes for tens of milliseconds in every call, which is below the deadline, so that nothing stops it.

local ROUNDS = 2e7

return {
    hooks = {
        protocolDetected = function(now)
            local sum = 0
            for i = 1, ROUNDS do
                sum = sum + i % 7
            end
            if sum < 0 then
                error("impossible")
            end
        end,
    },
}
