"""Which tunnels packets are taken out of, as the user names them."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from rxreplay.errors import OptionError

from .packets import Bytes

# What UDP can carry, as a table of ports has it.
NONE, VXLAN, GPE, GENEVE = range(4)

VXLAN_PORTS: Final = (4789, 8472)  # IANA's, and Linux's vxlan_port
GPE_PORT: Final = 4790
GENEVE_PORTS: Final = (6081,)

UDP_KINDS: Final = {"vxlan": (VXLAN, (*VXLAN_PORTS, GPE_PORT)), "geneve": (GENEVE, GENEVE_PORTS)}
VLAN: Final = "vlan"  # no tunnel
KINDS: Final = (*UDP_KINDS, "gre", "erspan", VLAN)

PORTS: Final = 65_536


class Asked(NamedTuple):
    """What is taken off.

    Parameters
    ----------
    ports : uint8 array, shape (65536,)
        `VXLAN`, `GPE` or `GENEVE` for each destination port of UDP, else `NONE`.
    udp, gre, erspan, vlan : int
        1 where any of `ports`, GRE with Ethernet or IP, ERSPAN, VLAN tags; else 0.
    """

    ports: Bytes
    udp: int
    gre: int
    erspan: int
    vlan: int


def parse_kinds(kinds: Sequence[str]) -> Asked:
    """Read `vxlan`, `geneve`, `gre`, `erspan`, `vlan`; also `vxlan:PORT` and `geneve:PORT`.

    Raises
    ------
    OptionError
        There is no such tunnel or port, or two kinds want one port.

    Examples
    --------
    >>> asked = parse_kinds(["vxlan", "geneve:7000", "vlan"])
    >>> np.flatnonzero(asked.ports).tolist()
    [4789, 4790, 7000, 8472]
    >>> asked.gre, asked.vlan
    (0, 1)
    """
    ports = np.zeros(PORTS, np.uint8)
    names = set()
    for text in kinds:
        name, colon, port = text.strip().lower().partition(":")
        names.add(name)
        if name not in KINDS or (colon and name not in UDP_KINDS):
            raise OptionError(
                f"--decap {text}: no tunnel is known by this name; write one of "
                f"{', '.join(KINDS)}, vxlan:PORT, geneve:PORT"
            )
        if name in UDP_KINDS:
            kind, usual = UDP_KINDS[name]
            for number in (_port(text, port),) if colon else usual:
                _assign(ports, number, GPE if number == GPE_PORT and kind == VXLAN else kind)
    return Asked(
        ports, int(ports.any()), *(int(name in names) for name in ("gre", "erspan", "vlan"))
    )


def _port(text: str, port: str) -> int:
    number = int(port) if re.fullmatch(r"\d{1,9}", port, re.ASCII) else 0
    if not 0 < number < PORTS:
        raise OptionError(f"--decap {text}: {port!r} is no port; write 1 to {PORTS - 1:,}")
    return number


def _assign(ports: Bytes, number: int, kind: int) -> None:
    if ports[number] not in (NONE, kind):
        raise OptionError(f"--decap: port {number} cannot be of VXLAN and of Geneve; write one")
    ports[number] = kind
