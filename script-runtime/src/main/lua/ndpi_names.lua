-- What nDPI's categories, breeds and risks are called in each generation: those of its time, as scripts compare with
-- them, and for all later numbers, and for scripts that name no generation, nDPI's own of today.
local library = ...
local protocols = library("protocols")
local generations = library("generations")

local OLD = { ["2019"] = true, ["4.0"] = true, ["4.2"] = true }

local OLD_CATEGORIES = { [7] = "Download-FileTransfer-FileSharing", [30] = "ConnectivityCheck" }
local OLD_BREEDS = { [6] = "Unrated", [7] = "Unrated" }
local RISKS_OF_4_2 = { "XSS attack", "SQL injection", "RCE injection", "Binary application transfer",
    "Known protocol on non standard port", "Self-signed Certificate", "Obsolete TLS version (< 1.1)", "Weak TLS cipher",
    "TLS Expired Certificate", "TLS Certificate Mismatch", "HTTP Suspicious User-Agent", "HTTP Numeric IP Address",
    "HTTP Suspicious URL", "HTTP Suspicious Header", "TLS (probably) not carrying HTTPS", "Suspicious DGA domain name",
    "Malformed packet", "SSH Obsolete Client Version/Cipher", "SSH Obsolete Server Version/Cipher",
    "SMB Insecure Version", "TLS Suspicious ESNI Usage", "Unsafe Protocol", "Suspicious DNS traffic",
    "SNI TLS extension was missing" }

local function overlaid(names, others)
    local result = {}
    for id, name in pairs(names) do
        result[id] = name
    end
    for id, name in pairs(others) do
        result[id] = name
    end
    return result
end

local by_generation = {}
for _, generation in ipairs(generations.all) do
    by_generation[generation] = {
        categories = OLD[generation] and overlaid(protocols.categories, OLD_CATEGORIES) or protocols.categories,
        breeds = OLD[generation] and overlaid(protocols.breeds, OLD_BREEDS) or protocols.breeds,
        risks = generation == "4.2" and overlaid(protocols.risks, RISKS_OF_4_2) or protocols.risks,
    }
end

-- Names that scripts of any generation may give for a category, besides nDPI's own: lower case -> id.
local category_ids = {}
for id, name in pairs(OLD_CATEGORIES) do
    category_ids[name:lower()] = id
end

return {
    of = function(generation)
        return by_generation[generation]
    end,
    category_ids = category_ids,
}
