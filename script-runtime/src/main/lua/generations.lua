-- The generations of the flow-script language, and which of them a script is written in. The script's own word counts,
-- then where it lies, then OPEN: the language of 2019 with every newer name that does not collide with one of 2019's.
local library = ...
local tokens = library("lexer")
local api = library("flow_api")

local OPEN = "open"
local ALL = { "2019", "4.0", "4.2", "current", OPEN }
local DECLARED = { ["2019"] = true, ["4.0"] = true, ["4.2"] = true, current = true }

-- Which hook a file of the current generation is run for; its name says so.
local EVENT_FILES = {
    { "protocol_detected", "protocolDetected" }, { "periodic", "periodicUpdate" }, { "end", "flowEnd" },
}

-- Functions of one 2020 generation only: they tell one from the other where both lie in the same kind of folder.
local only_4_0, only_4_2 = {}, { create = true }
for name, present in pairs(api.presence()) do
    if present["4.0"] and not present["4.2"] then
        only_4_0[name] = true
    elseif present["4.2"] and not present["4.0"] then
        only_4_2[name] = true
    end
end

-- What the text says before it is run: the value of an `api` field or variable, whether it names `hooks`, and which
-- generations' names it uses.
local function scan(source)
    local found = { hooks = false }
    local before, earlier
    for kind, text in tokens(source) do
        if kind == "string" and before == "=" and earlier == "api" then
            found.api = found.api or text:sub(2, -2)
        elseif kind == "name" then
            found.hooks = found.hooks or text == "hooks"
            if before == "." then
                found.uses_4_0 = found.uses_4_0 or only_4_0[text]
                found.uses_4_2 = found.uses_4_2 or only_4_2[text]
            end
        end
        earlier, before = before, text
    end
    return found
end

local function of_plugin(path, found)
    if found.uses_4_2 then
        return "4.2"
    elseif found.uses_4_0 then
        return "4.0"
    end
    -- Plugins of 4.0 lie side by side, those of 4.2 in folders by subject.
    return path:find("/plugins/[^/]+/user_scripts/flow/") and "4.0" or "4.2"
end

local function of_folder(path, found)
    if path:find("/checks/flows/[^/]+$") or path:find("/custom_flow_[%w_]+_script%.lua[^/]*$") then
        return "current"
    elseif path:find("/plugins/.*/?user_scripts/flow/") then
        return of_plugin(path, found)
    elseif path:find("/callbacks/interface/flow/[^/]+$") or path:find("/callbacks/interface/flow/alerts/[^/]+$") then
        return "2019"
    end
    return OPEN
end

-- Generation of a script, from its path and text; nil and the word where it declares one that there is not. Third: the
-- hook that a chunk of the current generation runs for, nil where the script returns a table of hooks.
local function of(path, source)
    local found = scan(source)
    if found.api ~= nil and not DECLARED[found.api] then
        return nil, found.api
    end
    path = "/" .. path
    local generation = found.api or of_folder(path, found)
    if generation ~= "current" or found.hooks then
        return generation, found.api
    end
    local name = path:match("([^/]*)$")
    for _, file in ipairs(EVENT_FILES) do
        if name:find(file[1], 1, true) then
            return generation, found.api, file[2]
        end
    end
    return generation, found.api, "protocolDetected"
end

return { all = ALL, open = OPEN, declared = DECLARED, of = of }
