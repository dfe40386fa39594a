package io.millrace.script.lua;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.engine.event.ApplicationNames;
import io.millrace.engine.memory.RawMemory;
import io.millrace.script.geo.PlaceDescriptor;
import io.millrace.script.verdict.AlertDescriptor;
import io.millrace.script.verdict.VerdictDescriptor;
import io.millrace.script.verdict.VerdictTable;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Scripts given as text, in a real machine; events run one by one; what comes out, as Java values. */
public final class ScriptHarness implements AutoCloseable {
    public static final int PLACE_CN = 1;
    public static final int PLACE_DE = 2;

    public record Alert(
        int event, int statusId, int alertType, int script, int score, int severity, boolean replaces, String statusKey,
        String signature, String category, String info) {
    }

    private static final String PROTOCOLS = """
        0 Unknown 1 FTP_CONTROL 2 POP3 3 SMTP 4 IMAP 5 DNS 7 HTTP 8 MDNS 9 NTP 10 NetBIOS 12 SSDP 14 SNMP 16 SMBv1
        17 Syslog 18 DHCP 19 PostgreSQL 20 MySQL 23 POPS 29 SMTPS 30 DTLS 37 BitTorrent 41 SMBv23 42 Mining 44 Modbus
        51 IMAPS 77 Telnet 78 STUN 79 IPsec 80 GRE 81 ICMP 82 IGMP 84 SCTP 85 OSPF 87 RTP 88 RDP 89 VNC 91 TLS 92 SSH
        96 TFTP 100 SIP 102 ICMPV6 103 DHCPV6 111 Kerberos 112 LDAP 126 Google 128 NetFlow 129 sFlow 131 HTTP_Proxy
        146 Radius 154 LLMNR 159 OpenVPN 163 Tor 175 FTP_DATA 188 QUIC 196 DoH_DoT 245 IEC60870
        """;
    private static final int BATCH = 256;
    private static final int FLOWS = 1024;

    private final Arena arena = Arena.ofShared();
    private final Watchdog watchdog;
    private final ScriptStores stores = ScriptStores.small();
    private final ScriptHost host;
    private final VerdictTable verdicts = new VerdictTable(FLOWS);
    private final List<Finding> problems = new ArrayList<>();
    private final List<Alert> alerts = new ArrayList<>();
    private final StringBuilder output = new StringBuilder();
    private int clientTraits = VerdictDescriptor.LOCAL;
    private int serverTraits;
    private int clientPlace;
    private int serverPlace;

    private ScriptHarness(final MachineSettings settings, final List<ScriptSource> sources) {
        final long places = arena.allocate(3L * PlaceDescriptor.LENGTH, 8).address();
        place(places + PlaceDescriptor.LENGTH, "CN", "Beijing", 39.9, 116.4);
        place(places + 2L * PlaceDescriptor.LENGTH, "DE", "", 51.3, 9.5);
        watchdog = new Watchdog(settings.deadlineNs());
        host = new ScriptHost(settings, names(), sources, places, BATCH, watchdog, stores, problems::add);
    }

    public static ScriptHarness with(final String... texts) {
        return with(settings(), texts);
    }

    public static ScriptHarness with(final MachineSettings settings, final String... texts) {
        final List<ScriptSource> sources = new ArrayList<>();
        for (int i = 0; i < texts.length; i++) {
            final String key = "script" + i;
            sources.add(new ScriptSource(Path.of("/scripts/" + key + ".lua"), key, false, texts[i].getBytes(UTF_8)));
        }
        return new ScriptHarness(settings, sources);
    }

    public static ScriptHarness ofSources(final List<ScriptSource> sources) {
        return new ScriptHarness(settings(), sources);
    }

    public static ScriptHarness ofSources(final MachineSettings settings, final List<ScriptSource> sources) {
        return new ScriptHarness(settings, sources);
    }

    public static MachineSettings settings() {
        return new MachineSettings(32L << 20, 2_000_000_000L, Set.of(), Map.of(), 30, 60_000_000_000L, 1 << 20, true);
    }

    /** A script whose only hook has this body. */
    public static String hook(final String name, final String body) {
        return "local flow_consts = require('flow_consts')\nlocal script = { hooks = {} }\nfunction script.hooks."
            + name + "(now)\n" + body + "\nend\nreturn script\n";
    }

    /** Names of nDPI's, at nDPI's numbers: those that scripts or the engine ask for. */
    public static ApplicationNames names() {
        final String[] protocols = new String[256];
        Arrays.setAll(protocols, id -> "Protocol" + id);
        final String[] known = PROTOCOLS.strip().split("\\s+");
        for (int i = 0; i < known.length; i += 2) {
            protocols[Integer.parseInt(known[i])] = known[i + 1];
        }
        final String[] categories = new String[108];
        Arrays.fill(categories, "");
        categories[0] = "Unspecified";
        categories[5] = "Web";
        categories[99] = "Mining";
        categories[100] = "Malware";
        final String[] risks = new String[32];
        Arrays.setAll(risks, id -> "Risk " + id);
        final int[] categoryOf = new int[256];
        categoryOf[42] = 99;
        return new ApplicationNames(
            protocols, categoryOf, new int[256], categories,
            new String[] {"Safe", "Acceptable", "Fun", "Unsafe", "Potentially Dangerous", "Dangerous"}, risks,
            new String[] {"Unknown"});
    }

    public ScriptHarness traits(final int client, final int server) {
        clientTraits = client;
        serverTraits = server;
        return this;
    }

    public ScriptHarness places(final int client, final int server) {
        clientPlace = client;
        serverPlace = server;
        return this;
    }

    /** Runs the events, at most 256, as one batch; returns what their scripts printed. */
    public String run(final EventBuilder... events) {
        if (events.length > BATCH) {
            throw new IllegalArgumentException("more events than a batch holds: " + events.length);
        }
        for (int i = 0; i < events.length; i++) {
            host.put(i, events[i].address(), verdict(events[i].buffer().getLong(0)));
        }
        final int start = output.length();
        int done = 0;
        while (done < events.length) {
            done = host.dispatch(done, events.length);
            collect();
            host.clearEmissions();
        }
        return output.substring(start);
    }

    /** Has an alert of another program wait for a TCP flow over IPv4. */
    void offerExternalAlert(
        final String from, final int fromPort, final String to, final int toPort, final String json) {

        final ByteBuffer key = ByteBuffer.allocate(40).order(ByteOrder.nativeOrder());
        key.put(0, InetAddress.ofLiteral(from).getAddress()).put(16, InetAddress.ofLiteral(to).getAddress());
        key.putShort(32, (short) fromPort).putShort(34, (short) toPort).put(36, (byte) 6).put(37, (byte) 4);
        if (!stores.offerExternalAlert(key.array(), json.getBytes(UTF_8), 0, 0)) {
            throw new AssertionError("an alert waits already");
        }
    }

    public void teardown() {
        host.teardown();
        collect();
        host.clearEmissions();
    }

    public long verdict(final long flowId) {
        long verdict = verdicts.find(flowId);
        if (verdict == VerdictTable.NONE) {
            verdict = verdicts.add(flowId);
            if (verdict == VerdictTable.NONE) {
                throw new IllegalStateException("more live flows than there is room for: " + FLOWS);
            }
            RawMemory.putU8(verdict + VerdictDescriptor.CLI_TRAITS, clientTraits);
            RawMemory.putU8(verdict + VerdictDescriptor.SRV_TRAITS, serverTraits);
            RawMemory.putU16(verdict + VerdictDescriptor.CLI_PLACE, clientPlace);
            RawMemory.putU16(verdict + VerdictDescriptor.SRV_PLACE, serverPlace);
        }
        return verdict;
    }

    public long bitmap(final long flowId) {
        return RawMemory.i64(verdict(flowId) + VerdictDescriptor.STATUS_BITMAP);
    }

    public ScriptHost host() {
        return host;
    }

    public List<Alert> alerts() {
        return alerts;
    }

    public List<Finding> problems() {
        return problems;
    }

    public String output() {
        return output.toString();
    }

    @Override
    public void close() {
        host.close();
        stores.close();
        watchdog.close();
        verdicts.close();
        arena.close();
    }

    private void collect() {
        final EmissionCursor emissions = host.emissions();
        while (emissions.advance()) {
            if (emissions.isText()) {
                output.append(emissions.text());
            } else if (emissions.isAlert()) {
                alerts.add(alert(emissions.event(), emissions.payloadAddress()));
            } else {
                host.report(emissions);
            }
        }
    }

    private static Alert alert(final int event, final long address) {
        final int key = RawMemory.u16(address + AlertDescriptor.STATUS_KEY_LENGTH);
        final int signature = RawMemory.u16(address + AlertDescriptor.SIGNATURE_LENGTH);
        final int category = RawMemory.u16(address + AlertDescriptor.CATEGORY_LENGTH);
        final int info = RawMemory.i32(address + AlertDescriptor.INFO_LENGTH);
        final long texts = address + AlertDescriptor.LENGTH;
        return new Alert(
            event,
            RawMemory.u16(address + AlertDescriptor.STATUS_ID),
            RawMemory.u16(address + AlertDescriptor.ALERT_TYPE),
            RawMemory.u16(address + AlertDescriptor.SCRIPT),
            RawMemory.u16(address + AlertDescriptor.SCORE),
            RawMemory.u8(address + AlertDescriptor.SEVERITY),
            RawMemory.u8(address + AlertDescriptor.REPLACES) == 1,
            text(texts, key),
            text(texts + key, signature),
            text(texts + key + signature, category),
            text(texts + key + signature + category, info));
    }

    private static String text(final long address, final int length) {
        final byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) RawMemory.u8(address + i);
        }
        return new String(bytes, UTF_8);
    }

    private static void place(
        final long address, final String country, final String city, final double latitude, final double longitude) {
        RawMemory.putU8(address + PlaceDescriptor.COUNTRY, country.charAt(0));
        RawMemory.putU8(address + PlaceDescriptor.COUNTRY + 1, country.charAt(1));
        RawMemory.putU8(address + PlaceDescriptor.CITY_LENGTH, city.length());
        for (int i = 0; i < city.length(); i++) {
            RawMemory.putU8(address + PlaceDescriptor.CITY + i, city.charAt(i));
        }
        RawMemory.putU8(address + PlaceDescriptor.KNOWN, 1);
        RawMemory.putF64(address + PlaceDescriptor.LATITUDE, latitude);
        RawMemory.putF64(address + PlaceDescriptor.LONGITUDE, longitude);
    }
}
