"""Filter expressions become BPF programs, as libpcap compiles them for a capture file."""

import os
import struct
from importlib import import_module
from types import ModuleType
from typing import Final

import numpy as np
from rxreplay.errors import OptionError

from .packets import Int64s
from .walk import MAXIMUM_SNAPLEN

PCAP_MAGIC: Final = 0xA1B2C3D4
NETMASK: Final = 0  # what tcpdump -r gives for `ip broadcast`: it knows no network


def compile_filter(expression: str, link_type: int, *, swapped: bool = False) -> Int64s:
    """Compile an expression of pcap-filter(7) with libpcap.

    Parameters
    ----------
    expression : str
        Empty for all packets.
    link_type : int
        As it stands in the file: the offsets of all headers depend on it.
    swapped : bool
        The file is big-endian; then so are the packet types of a loopback capture.

    Returns
    -------
    int64 array, shape (n, 4)
        Opcode, jt, jf and k of each instruction, for `lower_program`.

    Raises
    ------
    OptionError
        libpcap refuses the expression, or is not installed.

    Examples
    --------
    >>> compile_filter("tcp port http or", 1)  # doctest: +SKIP
    Traceback (most recent call last):
    rxreplay.errors.OptionError: filter 'tcp port http or': can't parse filter expression: ...
    """
    cypcap = _libpcap()
    if "\0" in expression:  # C would see what stands before it
        raise OptionError(f"filter {expression!r}: a NUL character cannot be part of it")
    try:
        program = _compile(cypcap, expression, link_type, ">" if swapped else "<")
    except (cypcap.Error, UnicodeError) as error:
        raise OptionError(f"filter {expression!r}: {error.args[-1]}") from error
    return np.array(program, np.int64)


def _compile(
    cypcap: ModuleType, expression: str, link_type: int, order: str
) -> list[tuple[int, ...]]:
    """Compile for an empty file: for a live capture, libpcap looks for what this machine writes."""
    version, zone, accuracy = (2, 4), 0, 0
    header = struct.pack(
        f"{order}IHHIIII", PCAP_MAGIC, *version, zone, accuracy, MAXIMUM_SNAPLEN, link_type
    )
    with open(os.memfd_create("rxreplay-filter"), "wb") as file:
        file.write(header)
        file.flush()
        with cypcap.open_offline(f"/proc/self/fd/{file.fileno()}") as capture:
            return list(capture.compile(expression, netmask=NETMASK))


def _libpcap() -> ModuleType:
    try:
        return import_module("cypcap")
    except ImportError:
        raise OptionError(
            "filters are compiled by libpcap, which Python cannot find: "
            "pip install 'rxreplay[filter]'"
        ) from None
