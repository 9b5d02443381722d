"""QEMU command lines: what a guest makes of them, and what is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.errors import OptionError
from rxreplay.from_qemu import from_qemu, guest_of, options, properties, words
from rxreplay.guests import Device

BY_HAND = b"""qemu-system-x86_64 -enable-kvm -m 16G -smp 8 \\
  -netdev tap,id=n0,ifname=tap0,script=no,queues=8,vhost=on \\
  -device virtio-net-pci,netdev=n0,mq=on,vectors=18,rx_queue_size=1024,mac=52:54:00:00:00:01 \\
  -drive file='a b.img',if=virtio -device virtio-blk-pci,drive=d0 -nographic
"""
OF_LIBVIRT = [
    *["/usr/bin/qemu-system-x86_64", "-name", "guest=web,debug-threads=on", "-smp"],
    "16,sockets=1,cores=16,threads=1",
    *["-netdev", json.dumps({"type": "tap", "fds": "25:26:27:28", "vhost": True, "id": "hn0"})],
    "-device",
    json.dumps(
        {
            "driver": "virtio-net-pci",
            "mq": True,
            "vectors": 10,
            "rx_queue_size": 512,
            "host_mtu": 9000,
            "mrg_rxbuf": "off",
            "netdev": "hn0",
            "id": "net0",
        }
    ),
    "-msg",
    "timestamp=on",
]


def line(device="", netdev="tap,id=n", more=""):
    text = f"qemu -netdev {netdev} -device virtio-net-pci,netdev=n{device} {more}"
    return guest_of(text.encode(), "x")


def only(**how):
    [device] = line(**how).devices
    return device


def test_a_line_by_hand():
    guest = guest_of(BY_HAND, "run.sh")
    assert guest.vcpus == 8
    assert guest.devices == (Device("device 1", queues=8, ring=1024),)
    assert guest.notes == ()


@pytest.mark.parametrize("between", [b"\0", None])
def test_a_line_of_libvirt(between):
    quoted = " ".join(f"'{word}'" for word in OF_LIBVIRT).encode()
    data = between.join(map(str.encode, OF_LIBVIRT)) if between else quoted
    guest = guest_of(data, "cmdline")
    assert guest.vcpus == 16
    assert guest.devices == (
        Device("device 1 (net0)", queues=4, ring=512, mergeable=False, device_mtu=9000),
    )
    assert guest.devices[0].nic(guest.vcpus, "6.1").strategy.name == "6.1/big,device_mtu=9000"


@pytest.mark.parametrize(
    ("device", "netdev", "queues"),
    [
        (",mq=on", "tap,id=n,queues=4", 4),
        ("", "tap,id=n,queues=4", 1),  # the guest is not told of more
        (",mq=off", "tap,id=n,queues=4", 1),
        (",mq=on", "tap,id=n,fds=3:4:5", 3),
        (",mq=on", "tap,id=n,fd=3", 1),
        (",mq", "tap,id=n,queues=2", 2),
        (",mq=on", "vhost-user,id=n,chardev=c,queues=6", 6),
    ],
)
def test_queues(device, netdev, queues):
    assert only(device=device, netdev=netdev).queues == queues


@pytest.mark.parametrize(
    ("device", "netdev", "more", "unused"),
    [
        ("", "tap,id=n,queues=4", "", ["x: device 1: 1 of 4 queues is used: without mq=on the"]),
        (",mq=off", "tap,id=n,fds=3:4", "", ["x: device 1: 1 of 2 queues is used: without mq=on"]),
        (",mq=on", "tap,id=n,queues=4", "", []),
        ("", "tap,id=n,queues=4", "-global virtio-net-pci.mq=on", []),
        ("", "tap,id=n,queues=1", "", []),
        ("", "tap,id=n,queues=1", "-nic tap,model=virtio,queues=4", []),
    ],
)
def test_queues_that_the_guest_does_not_get_are_noted(device, netdev, more, unused):
    notes = line(device=device, netdev=netdev, more=more).notes
    assert len(notes) == len(unused)
    assert all(note.startswith(begin) for note, begin in zip(notes, unused, strict=True))


OFF = ",guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off"


@pytest.mark.parametrize(
    ("device", "netdev", "gso"),
    [
        ("", "tap,id=n", True),
        (OFF, "tap,id=n", False),
        (",guest_tso4=off,guest_tso6=off", "tap,id=n", True),  # ecn and ufo are on
        (OFF.replace("guest_ufo=off", "guest_ufo=on"), "tap,id=n", True),
        (OFF + ",guest_uso4=on", "tap,id=n", False),
        (OFF + ",guest_uso4=on,guest_uso6=on", "tap,id=n", True),
        ("", "tap,id=n,vnet_hdr=off", False),
        ("", "user,id=n", False),
        ("", "socket,id=n,listen=:1234", False),
        ("", "vhost-vdpa,id=n,vhostdev=/dev/vhost-vdpa-0", True),
    ],
)
def test_whether_the_guest_takes_long_packets(device, netdev, gso):
    assert only(device=device, netdev=netdev).guest_gso is gso


@pytest.mark.parametrize(
    ("device", "hdr_len", "name"),
    [
        (",mrg_rxbuf=off", 12, "5.10/big"),
        (",mrg_rxbuf=off,disable-modern=on", 10, "5.10/big,hdr_len=10"),
        (",disable-modern=on", 12, "5.10/mergeable"),
        (f",mrg_rxbuf=off{OFF}", 12, "5.10/small"),
        (f",mrg_rxbuf=off,host_mtu=1500{OFF}", 12, "5.10/small,device_mtu=1500"),
        (f",mrg_rxbuf=off,host_mtu=1501{OFF}", 12, "5.10/big,guest_gso=0,device_mtu=1501"),
        (",host_mtu=0", 12, "5.10/mergeable"),
    ],
)
def test_how_the_guest_receives(device, hdr_len, name):
    found = only(device=device)
    assert (found.hdr_len, found.nic(1, "").strategy.name) == (hdr_len, name)


@pytest.mark.parametrize(
    ("smp", "vcpus"),
    [
        ("", 1),
        ("-smp 6", 6),
        ("-smp cpus=6,maxcpus=12", 6),
        ("-smp 6,sockets=3,cores=2", 6),
        ("-smp sockets=2,cores=3,threads=2", 12),
        ("-smp maxcpus=9", 9),
        ("--smp 3", 3),
    ],
)
def test_vcpus_at_the_start(smp, vcpus):
    assert line(more=smp).vcpus == vcpus


def test_several_drivers_and_globals():
    guest = guest_of(
        b"qemu -global virtio-net-pci.mrg_rxbuf=off -global other.mq=on "
        b"-global driver=virtio-net-pci,property=rx_queue_size,value=512 "
        b"-netdev tap,id=a -device virtio-net-device,netdev=a "
        b"-netdev tap,id=b -device virtio-net-pci-non-transitional,netdev=b,mrg_rxbuf=on,id=eth0 "
        b"-nic tap,model=virtio-net-pci -nic user,model=virtio -nic tap,model=e1000 "
        b"-readconfig vm.cfg -device e1000,netdev=c",
        "x",
    )
    assert guest.devices == (
        Device("device 1", ring=512, mergeable=False),
        Device("device 2 (eth0)", ring=512),
        Device("nic 3"),
        Device("nic 4", guest_gso=False),
    )
    assert guest.notes == ("x: what -readconfig names is not looked at",)


@pytest.mark.parametrize(
    ("device", "told"),
    [
        (OFF, "guest_uso4 and guest_uso6 are taken for off; QEMU 8.2"),
        (OFF + ",guest_uso4=off", None),
        (",indirect_desc=off", "indirect_desc=off is not modelled"),
        (",hash=on", "hash=on is not looked at: --set hdr_len=20"),
        ("", None),
    ],
)
def test_what_is_not_looked_at_is_said(device, told):
    notes = line(device=device).notes
    assert [told in note for note in notes] == [True] * (told is not None)


@pytest.mark.parametrize(
    ("device", "netdev", "told"),
    [
        (",rx_queue_size=100", "tap,id=n", "rx_queue_size='100': QEMU takes 256, 512, 1024"),
        (",mq=2", "tap,id=n", "mq='2': on or off"),
        (",mq=on", "tap,id=n,queues=0", "queues='0'"),
        (",mq=on", "tap,id=n,queues=x", "queues='x'"),
        (",host_mtu=65536", "tap,id=n", "host_mtu='65536': a whole number from 1 to 65,535"),
        ("", "tap,id=m", "there is no -netdev n"),
        ("", "tap,id=n,vnet_hdr=2", "vnet_hdr='2'"),
        (",guest_ecn=x", "tap,id=n", "guest_ecn='x'"),
        (",guest_uso6=x", "tap,id=n", "guest_uso6='x'"),
        (",disable-modern=x", "tap,id=n", "disable-modern='x'"),
    ],
)
def test_what_cannot_be_is_one_line_that_says_where(device, netdev, told):
    with pytest.raises(OptionError) as error:
        line(device=device, netdev=netdev)
    assert str(error.value).startswith("x: device 1: ")
    assert told in str(error.value)


@pytest.mark.parametrize("netdev", ["tap", "tap,id="])
def test_a_device_and_a_backend_without_names_are_not_each_others(netdev):
    with pytest.raises(OptionError) as error:
        guest_of(f"qemu -netdev {netdev} -device virtio-net-pci,mq=on".encode(), "x")
    assert str(error.value) == "x: device 1: there is no -netdev for it"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "x: no -device virtio-net-pci"),
        (b"qemu -device e1000", "x: no -device virtio-net-pci"),
        (b"qemu -device", "x: no -device virtio-net-pci"),
        (b"qemu 'half", "x: no command line: No closing quotation"),
        (b"qemu\0-device\0{", "x: -device: no JSON"),
        (b"qemu -device virtio-net-pci", "x: device 1: there is no -netdev for it"),
        (b"qemu -smp 0 -nic tap,model=virtio", "x: -smp cpus='0'"),
        (b"qemu -smp cores=0 -nic tap,model=virtio", "x: -smp cores='0'"),
        (b"qemu -smp maxcpus=x -nic tap,model=virtio", "x: -smp maxcpus='x'"),
        (
            b"qemu -smp sockets=4096,cores=4096 -nic tap,model=virtio",
            "x: -smp='16777216': a whole number from 1 to 65,536",
        ),
        (b"qemu\0-device\0" + b'{"a":' * 100_000, "x: -device: no JSON"),
        (b"qemu\0-device\0{1}", "x: -device: no JSON"),
    ],
)
def test_what_is_no_such_command_line(data, told):
    with pytest.raises(OptionError) as error:
        guest_of(data, "x")
    assert str(error.value).startswith(told)


def test_commas_and_words():
    assert properties("tap,id=a,,,b=c,d", "type", "x") == {
        "type": "tap",
        "id": "a,",
        "b": "c",
        "d": "on",
    }
    assert properties("a=b", "", "x") == {"a": "b"}
    assert properties("first", "", "x") == {"first": "on"}
    assert words(b"a \\\n b", "x") == ["a", "b"]
    assert list(options(["q", "-a", "1", "--b", "-c"])) == [("a", "1"), ("b", "-c")]


PIECES = st.sampled_from(
    [
        *[b"-device", b"-netdev", b"-smp", b"-nic", b"-global", b" ", b"\0", b",", b"=", b"{"],
        *[b"virtio-net-pci", b"tap", b"id=n", b"netdev=n", b"mq=on", b"queues=2", b"}", b"'"],
        *[b"virtio-net-pci.mq=on", b"rx_queue_size=512", b"\\\n", b"\xff", b"[1]", b"9", b'"x"'],
        *[b"model=virtio", b'{"driver":'],
    ]
)


def devices_or_error(data):
    try:
        return len(guest_of(data, "x").devices)
    except OptionError as error:
        return str(error)


@given(st.lists(PIECES, max_size=25).map(b"".join))
def test_any_bytes_are_a_guest_or_one_line(data):
    found = devices_or_error(data)
    assert found > 0 if isinstance(found, int) else found.startswith("x: ") and "\n" not in found


def test_files(tmp_path):
    path = tmp_path / "cmdline"
    path.write_bytes(BY_HAND)
    assert from_qemu(str(path)).vcpus == 8
