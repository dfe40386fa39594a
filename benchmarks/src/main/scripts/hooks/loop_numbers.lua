-- Twenty entries of a list, by their numbers.

local list = {}
for i = 1, 20 do
    list[i] = i
end

return {
    hooks = {
        protocolDetected = function(now)
            local sum = 0
            for i = 1, #list do
                sum = sum + list[i]
            end
            if sum ~= 210 then
                error("a wrong sum")
            end
        end,
    },
}
