-- Everything about the flow as one table.

return {
    hooks = {
        protocolDetected = function(now)
            if flow.getFullInfo() == nil then
                error("no information")
            end
        end,
    },
}
