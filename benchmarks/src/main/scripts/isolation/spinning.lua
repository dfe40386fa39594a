-- Never returns: stopped at its deadline, then out of service.

return {
    hooks = {
        protocolDetected = function(now)
            while true do
            end
        end,
    },
}
