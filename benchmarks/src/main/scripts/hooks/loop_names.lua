-- Twenty entries of a table with names as keys, by pairs.

local named = {}
for i = 1, 20 do
    named["name" .. i] = i
end

return {
    hooks = {
        protocolDetected = function(now)
            local sum = 0
            for _, value in pairs(named) do
                sum = sum + value
            end
            if sum ~= 210 then
                error("a wrong sum")
            end
        end,
    },
}
