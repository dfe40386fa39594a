package io.millrace.script.output;

/** Suricata's spellings of protocol, TLS and DNS numbers in EVE JSON, as finished JSON texts. Stateless; any thread. */
final class EveNames {
    /** IANA protocol numbers, from 0. */
    private static final String IP_PROTOCOLS = """
        HOPOPT ICMP IGMP GGP IP-in-IP ST TCP CBT EGP IGP BBN-RCC-MON NVP-II PUP ARGUS EMCON XNET
        CHAOS UDP MUX DCN-MEAS HMP PRM XNS-IDP TRUNK-1 TRUNK-2 LEAF-1 LEAF-2 RDP IRTP ISO-TP4 NETBLT MFE-NSP
        MERIT-INP DCCP 3PC IDPR XTP DDP IDPR-CMTP TP++ IL IPv6 SDRP IPv6-Route IPv6-Frag IDRP RSVP GRE
        DSR BNA ESP AH I-NLSP SwIPe NARP MOBILE TLSP SKIP IPv6-ICMP IPv6-NoNxt IPv6-Opts Any CFTP Any
        SAT-EXPAK KRYPTOLAN RVD IPPC Any SAT-MON VISA IPCU CPNX CPHB WSN PVP BR-SAT-MON SUN-ND WB-MON WB-EXPAK
        ISO-IP VMTP SECURE-VMTP VINES TTP NSFNET-IGP DGP TCF EIGRP OSPF Sprite-RPC LARP MTP AX.25 OS MICP
        SCC-SP ETHERIP ENCAP Any GMTP IFMP PNNI PIM ARIS SCPS QNX A/N IPComp SNP Compaq-Peer IPX-in-IP
        VRRP PGM Any L2TP DDX IATP STP SRP UTI SMP SM PTP IS-IS FIRE CRTP CRUDP
        SSCOPMCE IPLT SPS PIPE SCTP FC RSVP-E2E-IGNORE Mobility UDPLite MPLS-in-IP manet HIP Shim6 WESP ROHC Ethernet
        """;
    private static final byte[][] PROTOCOL = numbered(256, IP_PROTOCOLS);
    private static final byte[][] DNS_RCODE = numbered(16,
        "NOERROR FORMERR SERVFAIL NXDOMAIN NOTIMP REFUSED YXDOMAIN YXRRSET NXRRSET NOTAUTH NOTZONE");
    private static final byte[][] DNS_TYPE = dnsTypes();
    private static final byte[][] TLS_NAMES = {
        JsonText.quoted("SSLv2"), JsonText.quoted("SSLv3"), JsonText.quoted("TLSv1"), JsonText.quoted("TLS 1.1"),
        JsonText.quoted("TLS 1.2"), JsonText.quoted("TLS 1.3"), JsonText.quoted("DTLS 1.0"),
        JsonText.quoted("DTLS 1.2"), JsonText.quoted("DTLS 1.3")};

    private EveNames() {
    }

    /** Name of an IP protocol number; the number where IANA has assigned none. */
    static byte[] protocol(final int number) {
        return PROTOCOL[number];
    }

    /** Name of a DNS response code; the number where there is none. */
    static byte[] dnsResponseCode(final int code) {
        return code < DNS_RCODE.length ? DNS_RCODE[code] : JsonText.quoted(Integer.toString(code));
    }

    /** Name of a DNS record type; the number where there is none. */
    static byte[] dnsType(final int type) {
        final byte[] name = type < DNS_TYPE.length ? DNS_TYPE[type] : null;
        return name != null ? name : JsonText.quoted(Integer.toString(type));
    }

    /** Name of a version as TLS writes it on the wire; hexadecimal where it is unknown. */
    static byte[] tlsVersion(final int version) {
        return switch (version) {
            case 0x0002, 0x0200 -> TLS_NAMES[0];
            case 0x0300 -> TLS_NAMES[1];
            case 0x0301 -> TLS_NAMES[2];
            case 0x0302 -> TLS_NAMES[3];
            case 0x0303 -> TLS_NAMES[4];
            case 0x0304 -> TLS_NAMES[5];
            case 0xFEFF -> TLS_NAMES[6];
            case 0xFEFD -> TLS_NAMES[7];
            case 0xFEFC -> TLS_NAMES[8];
            default -> JsonText.quoted(String.format("0x%04x", version));
        };
    }

    private static byte[][] numbered(final int count, final String names) {
        final String[] name = names.strip().split("\\s+");
        final byte[][] quoted = new byte[count][];
        for (int i = 0; i < count; i++) {
            quoted[i] = JsonText.quoted(i < name.length ? name[i] : Integer.toString(i));
        }
        return quoted;
    }

    private static byte[][] dnsTypes() {
        final String assigned = """
            1 A 2 NS 3 MD 4 MF 5 CNAME 6 SOA 7 MB 8 MG 9 MR 10 NULL 11 WKS 12 PTR 13 HINFO 14 MINFO 15 MX 16 TXT 17 RP
            18 AFSDB 19 X25 20 ISDN 21 RT 22 NSAP 23 NSAPPTR 24 SIG 25 KEY 26 PX 27 GPOS 28 AAAA 29 LOC 30 NXT 33 SRV
            34 ATMA 35 NAPTR 36 KX 37 CERT 38 A6 39 DNAME 41 OPT 42 APL 43 DS 44 SSHFP 45 IPSECKEY 46 RRSIG 47 NSEC
            48 DNSKEY 49 DHCID 50 NSEC3 51 NSEC3PARAM 52 TLSA 53 SMIMEA 55 HIP 59 CDS 60 CDNSKEY 61 OPENPGPKEY 62 CSYNC
            63 ZONEMD 64 SVCB 65 HTTPS 99 SPF 108 EUI48 109 EUI64 249 TKEY 250 TSIG 251 IXFR 252 AXFR 253 MAILB
            254 MAILA 255 ANY 256 URI 257 CAA
            """;
        final byte[][] names = new byte[258][];
        final String[] word = assigned.strip().split("\\s+");
        for (int i = 0; i < word.length; i += 2) {
            names[Integer.parseInt(word[i])] = JsonText.quoted(word[i + 1]);
        }
        return names;
    }
}
