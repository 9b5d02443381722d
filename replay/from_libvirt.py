"""What NICs a VM has, by the domain XML of libvirt (`virsh dumpxml`).

The parser is the standard library's expat, which refuses a DOCTYPE here: without one there are no
entities but XML's own five, so that nothing can be blown up and nothing else is read.
"""

from typing import Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from rxreplay.emulator.abi import IP_MAX_MTU
from rxreplay.errors import OptionError

from .escaping import brief
from .guests import GUEST_GSO, Device, Guest, described, queues_of, ring_of, switch, whole

MODELS: Final = ("virtio", "virtio-transitional", "virtio-non-transitional")
WITHOUT_VNET_HDR: Final = ("user", "udp", "mcast", "server", "client", "null")
MOST_VCPUS: Final = 65_536


def from_libvirt(path: str) -> Guest:
    """Read the domain XML of a VM.

    Parameters
    ----------
    path : str
        The file; `-` is standard input.

    Raises
    ------
    RxReplayError
        It cannot be read, is no domain, or says what cannot be; the message says where.
    """
    return guest_of(described(path, "--from-libvirt"), path)


def guest_of(data: bytes, name: str) -> Guest:
    """Give the VM of a domain XML.

    Raises
    ------
    OptionError
        It is none, or says what cannot be.

    Examples
    --------
    >>> xml = b"<domain><vcpu>4</vcpu><devices><interface type='bridge'><model type='virtio'/>"
    >>> guest_of(xml + b"</interface></devices></domain>", "vm.xml").devices[0].name
    'interface 1'
    """
    domain = parse(data, name)
    if domain.tag != "domain":
        raise OptionError(f"{name}: <{brief(domain.tag)}>, not the <domain> of virsh dumpxml")
    vcpu = domain.find("vcpu")
    vcpus = 1
    if vcpu is not None:
        vcpus = whole(vcpu.get("current", vcpu.text or ""), f"{name}: vcpu", MOST_VCPUS)
    devices, notes = [], []
    for number, interface in enumerate(domain.iterfind("devices/interface"), 1):
        called = called_of(interface, number)
        model = interface.find("model")
        kind = "" if model is None else model.get("type", "")
        if kind in MODELS and interface.get("type") != "hostdev":
            devices.append(device_of(interface, called, f"{name}: {called}"))
        else:
            notes.append(
                f"{name}: {called} is no virtio device ({brief(kind) or 'no model'}): left out"
            )
    if not devices:
        raise OptionError(f"{name}: no interface of model virtio")
    return Guest(vcpus, tuple(devices), tuple(notes))


def parse(data: bytes, name: str) -> Element:
    """Parse XML without a DOCTYPE.

    Raises
    ------
    OptionError
        It is not well formed, or has one.
    """

    def refuse(*_: object) -> None:
        raise OptionError(f"{name}: a DOCTYPE, which libvirt writes none of: refused")

    builder, parser = TreeBuilder(), expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise OptionError(f"{name}: no XML: {error}") from None
    root: Element = builder.close()
    return root


def called_of(interface: Element, number: int) -> str:
    """Name an interface as people know it."""
    mac = interface.find("mac")
    address = "" if mac is None else mac.get("address", "")
    return f"interface {number}" + (f" ({brief(address)})" if address else "")


def device_of(interface: Element, called: str, where: str) -> Device:
    """Give what an interface offers its guest.

    Raises
    ------
    OptionError
        It says what cannot be.
    """
    driver, mtu = interface.find("driver"), interface.find("mtu")
    driver = Element("driver") if driver is None else driver
    host, guest = driver.find("host"), driver.find("guest")
    offloads = {} if guest is None else guest.attrib
    offered = [switch(offloads.get(name, "on"), f"{where}: guest {name}") for name in GUEST_GSO]
    merges = "on" if host is None else host.get("mrg_rxbuf", "on")
    size = None if mtu is None else mtu.get("size")
    return Device(
        called,
        queues=queues_of(driver.get("queues", "1"), f"{where}: queues"),
        ring=ring_of(driver.get("rx_queue_size", "256"), f"{where}: rx_queue_size"),
        mergeable=switch(merges, f"{where}: host mrg_rxbuf"),
        guest_gso=any(offered) and interface.get("type") not in WITHOUT_VNET_HDR,
        device_mtu=0 if size is None else whole(size, f"{where}: mtu size", IP_MAX_MTU),
    )
