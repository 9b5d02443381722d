"""Write events as the text of ftrace: what trace_pipe, `trace-cmd report` and perf print."""

GRO = (
    "dev={dev} napi_id=0x2001 queue_mapping={queue} skbaddr={pointer} vlan_tagged=0 "
    "vlan_proto=0x0000 vlan_tci=0x0000 protocol=0x0800 ip_summed={ip_summed} hash=0x00000000 "
    "l4_hash=0 len={len} data_len={data_len} truesize={truesize} mac_header_valid=1 "
    "mac_header=-14 nr_frags={nr_frags} gso_size={gso_size} gso_type={gso_type}"
)
POLL = "napi poll on napi struct {pointer} for device {dev} work {work} budget 64"
REFILL = "(skb_page_frag_refill+0x0/0x120) size={} page={} offset={} chunk_size={}"
FRAG = "(page_pool_alloc_frag_netmem+0x0/0x180) size={}"
ALLOC = "page={pointer} pfn={pfn:#x} order=3 migratetype=0 gfp_flags=GFP_ATOMIC"
FREE = "page={pointer} pfn={pfn:#x} order=3"
POOL = "page_pool={pointer} {page}={pointer} pfn={pfn:#x} {what}=1"

PAGE_0 = 0xFFFFF4B700000000

FORMS = {  # the pointer as %p was before 4.15, and hashed; what page_pool calls its page
    "trace": ("          <idle>-0       [000] ..s1.  {time}: {name}: {text}", "(____ptrval____)"),
    "4.x": ("          <idle>-0     [002] ..s.  {time}: {name}: {text}", "ffff88003f1c0b00"),
    "tgid": (
        " kworker/0:1-ev-20      (-------) [000] {time}: {name}: {text}",
        "00000000e62d086d",
    ),
    "trace-cmd": ("          <idle>-0     [001]   {time}: {name}:   {text}", "0xffff88003f1c0b00"),
    "perf": ("swapper     0 [000]  {time}: net:{name}: {text}", "0xffff88003f1c0b00"),
}


def line(name, text, form="trace", time=5.0, **fields):
    """Write one event."""
    pattern, pointer = FORMS[form]
    text = text.format(pointer=pointer, **fields) if fields else text
    return pattern.format(time=f"{time:.6f}", name=name, text=text)


def packet(event, form="trace", time=5.0, dev="eth0", **others):
    """Write ("packet", seq, wire_len, len, data_len, truesize, nr_frags)."""
    figures = dict(zip(("len", "data_len", "truesize", "nr_frags"), event[3:], strict=True))
    rest = {"ip_summed": 0, "gso_size": 0, "gso_type": "0x0", "queue": 1} | others
    return line("napi_gro_receive_entry", GRO, form, time, dev=dev, **figures, **rest)


def poll(work, form="trace", time=5.0, dev="eth0"):
    return line("napi_poll", POLL, form, time, dev=dev, work=work)


def text_of(events, form="trace", dev="eth0"):
    """Write packets and polls of a recording; other kinds are left out."""
    lines = []
    for number, (kind, *fields) in enumerate(events):
        time = 3 + number / 1e5
        if kind == "packet":
            lines.append(packet((kind, *fields), form, time, dev))
        if kind == "poll":
            lines.append(poll(fields[0], form, time, dev))
    return "\n".join(lines) + "\n"


def traced(events, form="trace"):
    """Write all of a recording, as the recorder's kprobes show it."""
    lines = []
    for kind, *fields in events:
        if kind == "refill":
            size, chunk, *state = fields
            page = "0x0" if chunk in (None, "-") else hex(PAGE_0 + 64 * 8 * (1 + int(chunk)))
            lines.append(line("refill", REFILL.format(size, page, *state), form))
        elif kind == "frag":
            lines.append(line("frag", FRAG.format(*fields), form))
        elif kind == "chunk":
            name, text = ("alloc", ALLOC) if fields[0] == "+" else ("free", FREE)
            lines.append(line(f"mm_page_{name}", text, form, pfn=8 * (1 + int(fields[1]))))
        elif kind == "pool":
            what = "hold" if fields[0] == "+" else "release"
            new = {"page": "netmem", "what": what, "pfn": 9 + int(fields[1])}
            lines.append(line(f"page_pool_state_{what}", POOL, form, **new))
        else:
            lines.append(text_of([(kind, *fields)], form).rstrip("\n"))
    return "\n".join(lines) + "\n"
