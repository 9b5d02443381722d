"""Kinds of tunnels and ports as the user names them."""

import pytest
from helpers.decapsulating import one
from helpers.tunnels import FRAME, INNER, UDP, V4, Inside, ethernet, geneve, gpe, ipv4, udp, vxlan
from rxreplay.errors import OptionError
from rxreplay.traces.decap import Decapsulator


@pytest.mark.parametrize(
    ("kinds", "opened"),
    [
        (["vxlan"], [4789, 8472, 4790]),
        (["vxlan:7000"], [7000]),
        ([" VXLAN:7000", "vxlan:4789"], [4789, 7000]),
        (["vxlan:7000", "vxlan"], [4789, 8472, 4790, 7000]),
        (["vxlan:65535"], [65535]),
        (["vxlan:1", "vxlan:1"], [1]),
    ],
)
def test_ports(kinds, opened):
    ports = (1, 4789, 8472, 4790, 7000, 6081, 65535)
    frames = {port: ethernet(ipv4(UDP, udp(port, vxlan(FRAME)))) for port in ports}
    assert [p for p, frame in frames.items() if one(frame, kinds) != "no_tunnel"] == sorted(
        opened, key=ports.index
    )


def test_geneve_has_ports_too_and_gpe_only_its_own():
    assert one(ethernet(ipv4(UDP, udp(7000, geneve(V4)))), ["geneve:7000"])[0] == V4.data
    assert one(ethernet(ipv4(UDP, udp(4790, gpe(V4)))), ["vxlan:4790"])[0] == V4.data
    frame = Inside(INNER)
    assert one(ethernet(ipv4(UDP, udp(4790, geneve(frame)))), ["geneve:4790"])[0] == INNER


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (["mpls"], "--decap mpls: no tunnel is known by this name; write one of vxlan, geneve, "),
        (["gre:47"], "--decap gre:47: no tunnel"),
        ([""], "--decap : no tunnel"),
        (["vxlan:"], "--decap vxlan:: '' is no port; write 1 to 65,535"),
        (["vxlan:0"], "'0' is no port"),
        (["vxlan:65536"], "'65536' is no port"),
        (["vxlan:²"], "is no port"),
        (["geneve", "vxlan:6081"], "port 6081 cannot be of VXLAN and of Geneve"),
        (["vxlan", "geneve:4790"], "port 4790 cannot be"),
    ],
)
def test_what_is_no_tunnel_is_said(kinds, said):
    with pytest.raises(OptionError) as raised:
        Decapsulator(kinds)
    assert said in str(raised.value)
