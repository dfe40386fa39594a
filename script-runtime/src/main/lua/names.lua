-- "Did you mean": the known word with the fewest edits to an unknown one.

local function distance(a, b)
    local row = {}
    for j = 0, #b do
        row[j] = j
    end
    for i = 1, #a do
        local diagonal = row[0]
        row[0] = i
        for j = 1, #b do
            local above = row[j]
            local cost = a:byte(i) == b:byte(j) and 0 or 1
            row[j] = math.min(above + 1, row[j - 1] + 1, diagonal + cost)
            diagonal = above
        end
    end
    return row[#b]
end

-- The nearest candidate and its distance; nil where there is no candidate.
local function nearest(word, candidates)
    local best, best_distance
    for _, candidate in ipairs(candidates) do
        local edits = distance(word:lower(), candidate:lower())
        if best == nil or edits < best_distance then
            best, best_distance = candidate, edits
        end
    end
    return best, best_distance
end

return { nearest = nearest }
