"""What NICs a VM has, by the command line of QEMU, as `ps` or /proc/PID/cmdline has it."""

import json
import shlex
from collections.abc import Iterator, Mapping
from math import prod
from typing import Final

from rxreplay.emulator.abi import IP_MAX_MTU
from rxreplay.errors import OptionError

from .escaping import brief
from .guests import GUEST_GSO, Device, Guest, described, queues_of, ring_of, switch, whole

Properties = dict[str, str]
DRIVERS: Final = ("virtio-net", "virtio-net-pci", "virtio-net-device", "virtio-net-ccw")
KINDS: Final = tuple(f"virtio-net-{kind}" for kind in ("pci-transitional", "pci-non-transitional"))
IMPLIED: Final = {"device": "driver", "netdev": "type", "smp": "cpus", "nic": "type"}
WITH_VNET_HDR: Final = ("tap", "bridge", "vhost-user", "vhost-vdpa", "netmap")
TOPOLOGY: Final = ("drawers", "books", "sockets", "dies", "clusters", "modules", "cores", "threads")
MOST_VCPUS: Final = 65_536


def from_qemu(path: str) -> Guest:
    """Read the command line of a VM.

    Parameters
    ----------
    path : str
        The file; `-` is standard input.

    Raises
    ------
    RxReplayError
        It cannot be read, or says what cannot be; the message says where.
    """
    return guest_of(described(path, "--from-qemu"), path)


def guest_of(data: bytes, name: str) -> Guest:
    """Give the VM of a command line.

    Raises
    ------
    OptionError
        It has no virtio network device, or says what cannot be.

    Examples
    --------
    >>> line = b"qemu-system-x86_64 -smp 4 -netdev tap,id=n0,queues=8 -device virtio-net-pci,mq=on"
    >>> guest_of(line + b",netdev=n0", "cmdline").devices
    (Device(name='device 1', queues=8, ...),)
    """
    found: dict[str, list[Properties]] = {kind: [] for kind in (*IMPLIED, "global", "readconfig")}
    for kind, value in options(words(data, name)):
        if kind in found:
            found[kind].append(properties(value, IMPLIED.get(kind, ""), f"{name}: -{kind}"))
    netdevs = {each["id"]: each for each in found["netdev"] if each.get("id")}
    usual = globals_of(found["global"])
    drivers = [each for each in found["device"] if each.get("driver") in DRIVERS + KINDS]
    devices = [
        device_of(usual | each, netdevs, number, name) for number, each in enumerate(drivers, 1)
    ]
    for number, nic in enumerate(found["nic"], len(devices) + 1):
        if nic.get("model", "").startswith("virtio"):
            tap = nic.get("type") in WITH_VNET_HDR
            devices.append(Device(f"nic {number}", guest_gso=tap))
    if not devices:
        raise OptionError(f"{name}: no -device virtio-net-pci, and none of its kind")
    notes = [text for each in drivers for text in notes_of(usual | each, name)]
    for device, each in zip(devices, drivers, strict=False):  # -nic devices come behind
        notes += one_queue_note(device, netdevs[(usual | each)["netdev"]], f"{name}: {device.name}")
    if found["readconfig"]:
        notes.append(f"{name}: what -readconfig names is not looked at")
    return Guest(vcpus_of(found["smp"], name), tuple(devices), tuple(dict.fromkeys(notes)))


def words(data: bytes, name: str) -> list[str]:
    """Split a command line: at zeros, as the kernel shows it, or as a shell would.

    Raises
    ------
    OptionError
        A quotation mark has no other.

    Examples
    --------
    >>> words(b"qemu\\0-smp\\x004", "x"), words(b"qemu -smp '4'", "x")
    (['qemu', '-smp', '4'], ['qemu', '-smp', '4'])
    """
    text = data.decode(errors="replace")
    if "\0" in text:
        return text.split("\0")
    try:
        return shlex.split(text.replace("\\\n", " "))
    except ValueError as error:
        raise OptionError(f"{name}: no command line: {brief(str(error))}") from None


def options(line: list[str]) -> Iterator[tuple[str, str]]:
    """Give the options of a command line with the words behind them."""
    for at, word in enumerate(line[:-1]):
        if word.startswith("-"):
            yield word.removeprefix("-").removeprefix("-"), line[at + 1]


def properties(text: str, implied: str, where: str) -> Properties:
    """Read `VALUE,NAME=VALUE,...` or an object of JSON.

    Raises
    ------
    OptionError
        It is neither.

    Examples
    --------
    >>> properties("tap,id=a,,b,vhost=on,fds=3:4", "type", "-netdev")
    {'type': 'tap', 'id': 'a,b', 'vhost': 'on', 'fds': '3:4'}
    >>> properties('{"driver": "virtio-net-pci", "mq": true}', "driver", "-device")
    {'driver': 'virtio-net-pci', 'mq': 'on'}
    """
    if text.startswith("{"):
        try:
            read = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise OptionError(f"{where}: no JSON: {brief(str(error))}") from None
        said = {True: "on", False: "off"}
        return {k: said[v] if isinstance(v, bool) else str(v) for k, v in read.items()}
    parts = [part.replace("\0", ",") for part in text.replace(",,", "\0").split(",")]
    found = {}
    for at, part in enumerate(parts):
        key, equals, value = part.partition("=")
        if equals:
            found[key] = value
        elif at == 0 and implied:
            found[implied] = part
        else:
            found[key] = "on"
    return found


def globals_of(given: list[Properties]) -> dict[str, str]:
    """Give what `-global virtio-net-pci.NAME=VALUE` sets for all devices."""
    found = {}
    for each in given:
        named = {}
        if {"driver", "property", "value"} <= each.keys():
            named = {f"{each['driver']}.{each['property']}": each["value"]}
        for key, value in (each | named).items():
            driver, _, name = key.partition(".")
            if driver in DRIVERS:
                found[name] = value
    return found


def vcpus_of(given: list[Properties], name: str) -> int:
    """Give the vCPUs that `-smp` says are there at the start.

    Raises
    ------
    OptionError
        It is no number.

    Examples
    --------
    >>> vcpus_of([{"sockets": "2", "cores": "4", "threads": "1"}], "x"), vcpus_of([], "x")
    (8, 1)
    """
    smp = {key: value for each in given for key, value in each.items()}
    if "cpus" in smp:
        return whole(smp["cpus"], f"{name}: -smp cpus", MOST_VCPUS)
    parts = {key: whole(smp[key], f"{name}: -smp {key}", 4096) for key in TOPOLOGY if key in smp}
    if not parts and "maxcpus" in smp:
        return whole(smp["maxcpus"], f"{name}: -smp maxcpus", MOST_VCPUS)
    return whole(str(prod(parts.values())), f"{name}: -smp", MOST_VCPUS)


def device_of(
    device: Properties, netdevs: Mapping[str, Properties], number: int, name: str
) -> Device:
    """Give what a device offers its guest.

    Raises
    ------
    OptionError
        It says what cannot be.
    """
    called = f"device {number}" + (f" ({brief(device['id'])})" if "id" in device else "")
    where = f"{name}: {called}"
    netdev = netdevs.get(device.get("netdev", ""))
    if netdev is None:
        wanted = brief(device.get("netdev", "for it"))
        raise OptionError(f"{where}: there is no -netdev {wanted}")
    mergeable = switch(device.get("mrg_rxbuf", "on"), f"{where}: mrg_rxbuf")
    legacy = switch(device.get("disable-modern", "off"), f"{where}: disable-modern")
    mq = switch(device.get("mq", "off"), f"{where}: mq")
    mtu = device.get("host_mtu", "0")
    return Device(
        called,
        queues=netdev_queues(netdev, where) if mq else 1,
        ring=ring_of(device.get("rx_queue_size", "256"), f"{where}: rx_queue_size"),
        mergeable=mergeable,
        guest_gso=has_vnet_hdr(netdev, where) and offers_gso(device, where),
        device_mtu=whole(mtu, f"{where}: host_mtu", IP_MAX_MTU) if mtu != "0" else 0,
        hdr_len=10 if legacy and not mergeable else 12,
    )


def netdev_queues(netdev: Properties, where: str) -> int:
    """Give the queues of a backend: as it says, or as many as it was given files."""
    if "fds" in netdev:
        return queues_of(str(len(netdev["fds"].split(":"))), f"{where}: fds")
    return queues_of(netdev.get("queues", "1"), f"{where}: queues")


def one_queue_note(device: Device, netdev: Properties, where: str) -> Iterator[str]:
    """Say that a backend has queues which its device keeps from the guest."""
    queues = netdev_queues(netdev, where)
    if device.queues == 1 < queues:
        yield f"{where}: 1 of {queues:,} queues is used: without mq=on the guest has no more"


def has_vnet_hdr(netdev: Properties, where: str) -> bool:
    """Say whether a backend takes a virtio header: without it QEMU offers no offloads."""
    header = switch(netdev.get("vnet_hdr", "on"), f"{where}: vnet_hdr")
    return netdev.get("type") in WITH_VNET_HDR and header


def offers_gso(device: Properties, where: str) -> bool:
    """Say whether a device offers any of what makes a guest take long packets."""
    given = {
        name: switch(device.get(f"guest_{name}", "on"), f"{where}: guest_{name}")
        for name in GUEST_GSO
    }
    uso = [switch(device.get(f"guest_uso{v}", "off"), f"{where}: guest_uso{v}") for v in (4, 6)]
    return any(given.values()) or all(uso)


def notes_of(device: Properties, name: str) -> Iterator[str]:
    """Say what of a device is not in the plan."""
    off = all(device.get(f"guest_{of}") in ("off", "no", "false") for of in GUEST_GSO)
    if off and "guest_uso4" not in device and "guest_uso6" not in device:
        yield (
            f"{name}: guest_uso4 and guest_uso6 are taken for off; QEMU 8.2 and later turn them "
            "on, and a guest of 6.6 and later then takes long packets"
        )
    if device.get("indirect_desc") in ("off", "no", "false"):
        yield f"{name}: indirect_desc=off is not modelled: big buffers would take more entries"
    if device.get("hash") in ("on", "yes", "true"):
        yield f"{name}: hash=on is not looked at: --set hdr_len=20 for guests of 5.18 and later"
