-- The operating system that a program's own banner names, such as `SSH-2.0-OpenSSH_9.2p1 Debian-2` or `Apache/2.4.52
-- (Ubuntu)`. Banners may lie, and most name none.
local find, lower, ipairs = string.find, string.lower, ipairs

-- Plain text in lower case, and the name that nDPI gives the same system by user agents.
local KNOWN = {
    { "ubuntu", "Ubuntu" },
    { "raspbian", "Raspbian" },
    { "debian", "Debian" },
    { "centos", "CentOS" },
    { "red hat", "Red Hat" },
    { "rocky linux", "Rocky Linux" },
    { "almalinux", "AlmaLinux" },
    { "fedora", "Fedora" },
    { "suse", "SUSE" },
    { "gentoo", "Gentoo" },
    { "freebsd", "FreeBSD" },
    { "openbsd", "OpenBSD" },
    { "netbsd", "NetBSD" },
    { "microsoft-iis", "Windows" },
    { "microsoft-httpapi", "Windows" },
    { "windows", "Windows" },
    { "win32", "Windows" },
    { "win64", "Windows" },
    { "linux", "Linux" },
}

-- The system's name; nil where the banner is absent or names none.
local function system_of(banner)
    if banner == nil then
        return nil
    end
    local text = lower(banner)
    for _, known in ipairs(KNOWN) do
        if find(text, known[1], 1, true) then
            return known[2]
        end
    end
    return nil
end

return { system_of = system_of }
