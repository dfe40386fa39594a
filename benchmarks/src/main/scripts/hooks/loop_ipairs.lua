-- Twenty entries of a list, by ipairs.

local list = {}
for i = 1, 20 do
    list[i] = i
end

return {
    hooks = {
        protocolDetected = function(now)
            local sum = 0
            for _, value in ipairs(list) do
                sum = sum + value
            end
            if sum ~= 210 then
                error("a wrong sum")
            end
        end,
    },
}
