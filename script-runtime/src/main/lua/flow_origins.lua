-- Puts the `flow` tables of the generations together. Each name of a generation comes from one place: the functions
-- that are alike in all generations, those of the generation itself, or those of another from which it says that it
-- borrows. What comes from nowhere, or from two places, is an error of ours.
local tostring, error, pairs = tostring, error, pairs

-- The generation from which each name is borrowed: name -> generation.
local function lenders_of(borrowed)
    local lenders = {}
    for lender, names in pairs(borrowed or {}) do
        for name in names:gmatch("%S+") do
            lenders[name] = lender
        end
    end
    return lenders
end

local function table_of(generation, names, common, own, borrowed)
    local functions, lenders = {}, lenders_of(borrowed[generation])
    for name in pairs(names) do
        local places, found = {}, nil
        local lender = lenders[name]
        for place, body in pairs({
            ["all generations"] = common[name] or nil, ["its own"] = own[generation][name] or nil,
            ["that of " .. tostring(lender)] = lender and own[lender][name] or nil,
        }) do
            places[#places + 1], found = place, body
        end
        table.sort(places)
        if #places ~= 1 then
            error("flow." .. name .. " of " .. generation .. (found == nil and " comes from nowhere"
                or " comes from " .. table.concat(places, " and ")), 0)
        end
        functions[name] = found
    end
    for name in pairs(lenders) do
        if functions[name] == nil then
            error("flow." .. name .. " is borrowed by " .. generation .. ", which does not have it", 0)
        end
    end
    return functions
end

-- names: generation -> name -> true; common: name -> function; own: generation -> name -> function; borrowed:
-- generation -> lending generation -> names, separated by spaces. Returns generation -> name -> function.
return function(names, common, own, borrowed)
    local tables, wanted = {}, {}
    for generation, of_generation in pairs(names) do
        tables[generation] = table_of(generation, of_generation, common, own, borrowed)
        for name in pairs(of_generation) do
            wanted[name] = true
        end
    end
    for name in pairs(common) do
        if not wanted[name] then
            error("flow." .. name .. " is of no generation", 0)
        end
    end
    return tables
end
