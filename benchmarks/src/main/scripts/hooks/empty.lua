-- Nothing: what a call costs by itself.

return {
    hooks = {
        protocolDetected = function(now)
        end,
    },
}
