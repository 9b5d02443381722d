"""Domain XML: what a guest makes of it, by the rules of the driver, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.errors import OptionError, RxReplayError
from rxreplay.from_libvirt import from_libvirt, guest_of
from rxreplay.guests import LARGEST, Device

WEB = b"""<?xml version='1.0' encoding='UTF-8'?>
<domain type='kvm' id='3' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>web</name>
  <vcpu placement='static' current='8'>16</vcpu>
  <devices>
    <disk type='file'><driver name='qemu' queues='99'/></disk>
    <interface type='bridge'>
      <mac address='52:54:00:00:00:01'/>
      <model type='virtio'/>
      <driver name='vhost' queues='16' rx_queue_size='1024' tx_queue_size='256'>
        <host csum='off' gso='off' mrg_rxbuf='off'/>
        <guest tso4='off' tso6='off' ecn='off' ufo='off'/>
      </driver>
      <mtu size='9000'/>
    </interface>
    <interface type='network'>
      <model type='virtio-non-transitional'/>
      <driver queues='4'><guest tso4='off' tso6='off' ufo='off'/></driver>
    </interface>
    <interface type='user'><model type='virtio-transitional'/></interface>
    <interface type='network'><mac address='52:54:00:00:00:04'/><model type='e1000e'/></interface>
    <interface type='hostdev'><model type='virtio'/></interface>
    <interface type='ethernet'/>
  </devices>
</domain>
"""


def domain(inside="<model type='virtio'/>", vcpu="<vcpu>4</vcpu>", kind="bridge"):
    interface = f"<interface type='{kind}'>{inside}</interface>"
    return f"<domain>{vcpu}<devices>{interface}</devices></domain>".encode()


def test_what_a_domain_has():
    guest = guest_of(WEB, "web.xml")
    assert guest.vcpus == 8
    assert guest.devices == (
        Device(
            "interface 1 (52:54:00:00:00:01)",
            queues=16,
            ring=1024,
            mergeable=False,
            guest_gso=False,
            device_mtu=9000,
        ),
        Device("interface 2", queues=4),  # ecn is still on
        Device("interface 3", guest_gso=False),  # without a tap there are no offloads
    )
    assert guest.notes == (
        "web.xml: interface 4 (52:54:00:00:00:04) is no virtio device (e1000e): left out",
        "web.xml: interface 5 is no virtio device (virtio): left out",
        "web.xml: interface 6 is no virtio device (no model): left out",
    )


@pytest.mark.parametrize(
    ("number", "kernel", "name", "queues"),
    [
        (0, "6.1", "6.1/big,guest_gso=0,device_mtu=9000", 8),
        (0, "5.10", "5.10/big,guest_gso=0,device_mtu=9000", 8),
        (0, "4.10", "4.10/small,device_mtu=9000", 8),
        (0, "debian12/mergeable", "debian12/mergeable", 8),
        (1, "", "5.10/mergeable", 4),
        (2, "7.2", "7.2/mergeable,guest_gso=0", 1),
    ],
)
def test_what_a_guest_makes_of_it(number, kernel, name, queues):
    guest = guest_of(WEB, "web.xml")
    nic = guest.devices[number].nic(guest.vcpus, kernel)
    assert (nic.strategy.name, nic.queues) == (name, queues)


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        ("<driver rx_queue_size='100'/>", "rx_queue_size='100': QEMU takes 256, 512, 1024"),
        ("<driver rx_queue_size='128'/>", "rx_queue_size='128'"),
        ("<driver rx_queue_size='2048'/>", "rx_queue_size='2048'"),
        ("<driver rx_queue_size=''/>", "rx_queue_size=''"),
        ("<driver rx_queue_size='\u0662\u0665\u0666'/>", "rx_queue_size="),
        ("<driver queues='0'/>", "queues='0': a whole number from 1 to 32,768"),
        ("<driver queues='32769'/>", "queues='32769'"),
        ("<driver queues='four'/>", "queues='four'"),
        ("<driver><host mrg_rxbuf='maybe'/></driver>", "host mrg_rxbuf='maybe': on or off"),
        ("<driver><guest ecn=''/></driver>", "guest ecn=''"),
        ("<mtu size='65536'/>", "mtu size='65536': a whole number from 1 to 65,535"),
        ("<mtu size='-1'/>", "mtu size='-1'"),
        (f"<mtu size='{'9' * 5000}'/>", "mtu size="),
    ],
)
def test_what_cannot_be_is_one_line_that_says_where(inside, told):
    with pytest.raises(OptionError) as error:
        guest_of(domain(f"<model type='virtio'/>{inside}"), "vm.xml")
    assert told in str(error.value)
    assert str(error.value).startswith("vm.xml: interface 1: ")
    assert len(str(error.value)) < 200


@pytest.mark.parametrize("size", ["256", "512", "1024"])
def test_rings_that_qemu_takes(size):
    inside = f"<model type='virtio'/><driver rx_queue_size='{size}'/>"
    assert guest_of(domain(inside), "x").devices[0].ring == int(size)


@pytest.mark.parametrize(
    ("vcpu", "count"),
    [("", 1), ("<vcpu>4</vcpu>", 4), ("<vcpu> 2 </vcpu>", 2), ("<vcpu current='1'>8</vcpu>", 1)],
)
def test_vcpus_at_the_start(vcpu, count):
    assert guest_of(domain(vcpu=vcpu), "x").vcpus == count


@pytest.mark.parametrize("vcpu", ["<vcpu/>", "<vcpu>many</vcpu>", "<vcpu current=''>4</vcpu>"])
def test_what_is_no_number_of_vcpus(vcpu):
    with pytest.raises(OptionError, match="x: vcpu="):
        guest_of(domain(vcpu=vcpu), "x")


LAUGHS = b"".join(
    b"<!ENTITY l%d '%s'>" % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha") for n in range(10)
)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"<!DOCTYPE domain [" + LAUGHS + b"]><domain>&l9;</domain>", "a DOCTYPE"),
        (b"<!DOCTYPE d SYSTEM 'file:///etc/passwd'><domain/>", "a DOCTYPE"),
        (b"<!DOCTYPE d [<!ENTITY x SYSTEM '/etc/passwd'>]><domain>&x;</domain>", "a DOCTYPE"),
        (b"<domain>&l9;</domain>", "no XML: undefined entity"),
        (b"", "no XML"),
        (b"<domain>", "no XML"),
        (b"{}", "no XML"),
        (b"\0" * 9, "no XML"),
        (b"<domain a='1' a='2'/>", "no XML: duplicate attribute"),
        (b"<network/>", "<network>, not the <domain> of virsh dumpxml"),
        (b"<domain/>", "no interface of model virtio"),
        (domain("<model type='rtl8139'/>"), "no interface of model virtio"),
    ],
)
def test_what_is_no_domain(data, told):
    with pytest.raises(OptionError) as error:
        guest_of(data, "x.xml")
    assert str(error.value).startswith(f"x.xml: {told}")


def test_a_deep_document_is_read():
    deep = b"<a>" * 20_000 + b"</a>" * 20_000
    guest = guest_of(domain().replace(b"<devices>", deep + b"<devices>"), "x")
    assert len(guest.devices) == 1


PIECES = st.sampled_from(
    [
        *[b"<domain>", b"</domain>", b"<devices>", b"</devices>", b"<vcpu>", b"</vcpu>", b"9"],
        *[b"<interface type='bridge'>", b"</interface>", b"<model type='virtio'/>", b"<!--"],
        *[b"<driver queues='2'>", b"</driver>", b"<host mrg_rxbuf='off'/>", b"<mtu size='1'/>"],
        *[b"<guest ecn='off'/>", b"<?x y?>", b"<?xml encoding='idna'?>", b"&#0;", b"&amp;"],
        *[b"-->", b"<![CDATA[", b"]]>", b"\xff"],
    ]
)


def devices_or_error(data):
    try:
        return len(guest_of(data, "x").devices)
    except OptionError as error:
        return str(error)


@given(st.lists(PIECES, max_size=20).map(b"".join) | st.binary(max_size=30))
def test_any_bytes_are_a_guest_or_one_line(data):
    for whole in (data, b"<domain><devices>" + data + b"</devices></domain>"):
        found = devices_or_error(whole)
        assert found > 0 if isinstance(found, int) else found.startswith("x: ")


def test_a_byte_order_mark_is_followed():
    assert guest_of(WEB.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "x").vcpus == 8


def test_files(tmp_path):
    path = tmp_path / "web.xml"
    path.write_bytes(WEB)
    assert from_libvirt(str(path)).vcpus == 8
    with pytest.raises(RxReplayError, match=r"--from-libvirt .*none: No such file"):
        from_libvirt(str(tmp_path / "none"))
    with pytest.raises(RxReplayError, match="Is a directory"):
        from_libvirt(str(tmp_path))
    path.write_bytes(WEB + b" " * (LARGEST - len(WEB)))
    assert from_libvirt(str(path)).vcpus == 8
    path.write_bytes(WEB + b" " * (LARGEST - len(WEB) + 1))
    with pytest.raises(RxReplayError, match="longer than 1,048,576 bytes"):
        from_libvirt(str(path))
