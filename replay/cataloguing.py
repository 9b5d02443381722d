"""The catalogue: the library function `strategies`."""

from typing import Any

from rxreplay.emulator import STRATEGIES, Knob, Strategy
from rxreplay.emulator.abi import SIZEOF_SK_BUFF
from rxreplay.emulator.eras import Era
from rxreplay.emulator.strategies.knobs import ALL, ALWAYS, MIN_AVG, STILL

from .comparing import SHOWN
from .identifying import WAYS, identify

HOLES = {
    "not counted": "holes charged only where used",
    "drops": "packets that use a hole dropped",
    "counted": "holes charged",
}
EARLY_XDP = {"in place": "", "headroom": " with 256 bytes of headroom"}
XDP = {0: "", 1: "; a program passes everything", 2: "; a program with frags passes everything"}


def strategies() -> list[dict[str, Any]]:
    """List the receive strategies, a dict each: name, summary, kernels, evidence and knobs.

    Examples
    --------
    >>> [known["name"] for known in strategies()][:2]
    ['mst-2016/mergeable', '4.8/small']
    """
    return [
        {
            "name": known.name,
            "summary": summary(known),
            "kernels": known.era.covers,
            "evidence": known.era.evidence,
            "by_default": known.name in SHOWN,
            "knobs": [described(knob) for knob in known.knobs],
        }
        for known in STRATEGIES
    ]


def strategies_for(release: str) -> dict[str, Any]:
    """Name the strategies of a guest by what `uname -r` prints there, and how to choose.

    Raises
    ------
    StrategyError
        It is no kernel's release, or one that is too old.

    Examples
    --------
    >>> found = strategies_for("6.1.0-50-cloud-amd64")
    >>> found["kernel"], found["like"], found["strategies"][0]["name"]
    ('debian12-cloud', '6.1', 'debian12-cloud/mergeable')
    """
    guest = identify(release)
    return {
        "release": guest.release,
        "kernel": guest.kernel,
        "like": guest.strategies[0].era.kernel,
        "strategies": [{"name": s.name, "summary": summary(s)} for s in guest.strategies],
        "ways": [{"of": of, "way": way} for of, way in WAYS],
        "warnings": guest.doubts,
    }


def knobs() -> list[dict[str, Any]]:
    """List what can be set, a dict each, with the modes and the kernels that have it.

    Examples
    --------
    >>> [knob["kernels"] for knob in knobs() if knob["name"] in ("dma_api", "max_skb_frags")]
    ['since 6.4', '6.6 to 6.10']
    """
    return [
        described(knob)
        | {
            "modes": ["mst-2016/mergeable"] if knob is MIN_AVG else list(knob.modes),
            "kernels": span(knob),
        }
        for knob in ALL
    ]


def described(knob: Knob) -> dict[str, str]:
    """Say what a knob is and can be."""
    return {
        "name": knob.name,
        "default": knob.show(knob.default),
        "values": knob.choices,
        "summary": knob.summary,
    }


def span(knob: Knob) -> str:
    """Say which releases have a knob, or "" for all."""
    first, last = (f"{major}.{minor}" for major, minor in (knob.first, knob.last))
    if knob.last < STILL:
        return f"{first} to {last}"
    return f"since {first}" if knob.first > ALWAYS else ""


def summary(strategy: Strategy) -> str:
    """Say in a line how a strategy receives, from its era's row.

    Examples
    --------
    >>> from rxreplay.emulator import strategy
    >>> summary(strategy("4.11/small"))
    'page frags made skbs by build_skb()'
    """
    era, mode = strategy.era, strategy.mode.name
    if mode == "small":
        made = {"skb": "skbs allocated when buffers are posted"}
        text = made.get(era.small, f"{era.small.replace('_', ' ')}s made skbs by build_skb()")
    elif era.build_skb == "always":
        text = "the prototype: room for the shared info in every buffer, all made skbs"
    elif strategy.copies_headers:
        text = f"{buffers(strategy)}; {built(era)}{era.copy_else} bytes copied to {heads(strategy)}"
    else:
        text = f"{buffers(strategy)}; each made an skb"
    return text + XDP[strategy.xdp]


def heads(strategy: Strategy) -> str:
    """Say what the heads of copied packets are."""
    layout = strategy.layout(ring=256)
    source = (
        "page slices" if layout.slices_1k else "page frags" if layout.head_slice else "the slab"
    )
    return f"{layout.head_truesize - SIZEOF_SK_BUFF:,}-byte heads from {source}"


def buffers(strategy: Strategy) -> str:
    """Say what the buffers of a mergeable or big strategy are."""
    if strategy.mode.name == "big":
        return "chains of pages"
    if strategy.xdp and strategy.era.xdp in EARLY_XDP:
        return f"page frags{EARLY_XDP[strategy.era.xdp]}, what lies in several copied to a page"
    if strategy.xdp:
        return "a page a buffer, 3,520 bytes of it posted"
    if strategy.era.small == "page_pool":
        return "pieces of page_pool pages"
    return f"page frags, {HOLES[strategy.era.hole]}"


def built(era: Era) -> str:
    """Say whether buffers become heads."""
    return "build_skb() where it fits, else " if era.build_skb == "if it fits" else ""
