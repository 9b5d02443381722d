"""A fleet by what a user says: options over the description of a VM over a TOML file."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from rxreplay.emulator import strategy
from rxreplay.errors import OptionError

from .escaping import brief, quoted
from .fleets import USUAL, Budget, Fleet, Nic, checked, grouped, used_queues
from .from_libvirt import from_libvirt
from .from_qemu import from_qemu
from .guests import Guest, described
from .settings import set_each

WORDS: Final = ("strategy", "budget", "name", "time", "consumer")
LONGEST: Final = 200  # letters of a text
OF_FLEET: Final = ("hosts", "vms", "average")
OF_REPLAY: Final = ("time", "consumer")  # how long skbs live where captures are replayed
OF_VM: Final = ("vcpus", "nics", "queues", "ring", "strategy")
OF_NIC: Final = ("count", "queues", "ring", "strategy", "name")


def planned_fleet(
    given: Mapping[str, Any],
    *,
    config: str | Mapping[str, Any] | None = None,
    libvirt: str | None = None,
    qemu: str | None = None,
    settings: Sequence[str] = (),
) -> Fleet:
    """Give the fleet that a user means.

    Parameters
    ----------
    given : mapping
        Options by their names, None where they were not given: they come first.
    config : str, mapping or None
        A file of TOML, or what `read_toml` has read of one.
    libvirt, qemu : str or None
        Files of domain XML, of a QEMU command line; `-` is standard input.
    settings : sequence of str
        Knobs of the strategies, as `--set` has them.

    Raises
    ------
    RxReplayError
        A file cannot be read, or there is no such fleet.

    Examples
    --------
    >>> planned_fleet({"vcpus": 8, "nics": 10, "queues": None}).queues_a_vm
    80
    """
    if libvirt and qemu:
        raise OptionError("--from-libvirt and --from-qemu: one VM is planned, give one of them")
    said = {name: value for name, value in given.items() if value is not None}
    from_file = read_toml(config) if isinstance(config, str) else dict(config or {})
    tables = from_file.pop("nic", [])
    guest = from_libvirt(libvirt) if libvirt else from_qemu(qemu) if qemu else None
    if guest:
        refuse_two_sayings(said, from_file, tables)
        nics = nics_of_guest(guest, from_file | said)
    else:
        nics = nics_of_tables(tables, from_file, said)
    receives = set_each([nic.strategy for nic in nics], settings)
    chosen = from_file | said
    budget = chosen.get("budget")
    return Fleet(
        tuple(replace(nic, strategy=each) for nic, each in zip(nics, receives, strict=True)),
        **{name: chosen[name] for name in OF_FLEET if name in chosen},
        budget=Budget.parse(budget) if budget else None,
        notes=guest.notes if guest else (),
    )


def refuse_two_sayings(
    said: Mapping[str, Any], from_file: Mapping[str, Any], tables: Sequence[object]
) -> None:
    """Refuse that others than the description of a VM say what NICs it has.

    Raises
    ------
    OptionError
        Somebody does.
    """
    found = [f"--{name}" for name in ("nics",) if name in said]
    found += [name for name in ("nics", "queues", "ring") if name in from_file]
    found += ["[[nic]]"] if tables else []
    if found:
        raise OptionError(f"{', '.join(found)}: the description of the VM says what NICs it has")


def nics_of_guest(guest: Guest, chosen: Mapping[str, Any]) -> tuple[Nic, ...]:
    """Give the NICs of a VM that was described; options can overrule queues, rings and vCPUs."""
    vcpus = chosen.get("vcpus", guest.vcpus)
    checked("vCPUs of a VM", vcpus)
    overruled = {name: chosen[name] for name in ("queues", "ring") if name in chosen}
    devices = [replace(device, **overruled) for device in guest.devices]
    return grouped({each.name: each.nic(vcpus, chosen.get("strategy", "")) for each in devices})


def nics_of_tables(
    tables: Sequence[dict[str, Any]], from_file: dict[str, Any], said: dict[str, Any]
) -> tuple[Nic, ...]:
    """Give NICs by an option, else by their table, else by what the file says of all.

    Raises
    ------
    OptionError
        Both `nics` and tables say how many there are.
    """
    everywhere = from_file | said
    vcpus = everywhere.get("vcpus", 1)
    checked("vCPUs of a VM", vcpus)
    if tables and "nics" in everywhere:
        raise OptionError("nics: each [[nic]] says how many there are of it, with count")
    found = []
    for table in tables or [{"count": everywhere.get("nics", 1)}]:
        of = from_file | table | said
        receives = of.get("strategy", USUAL)
        found.append(
            Nic(
                strategy(receives if "/" in receives else f"{receives}/mergeable"),
                used_queues(of.get("queues"), vcpus),
                of.get("ring", 256),
                of.get("count", 1),
                (of["name"],) if "name" in of else (),
            )
        )
    return tuple(found)


def read_toml(path: str) -> dict[str, Any]:
    """Read the description of a fleet.

    Raises
    ------
    OptionError
        It is no TOML, or has a key or value that a fleet cannot have; the message says where.
    """
    try:
        found = tomllib.loads(described(path, "--fleet").decode())
    except (ValueError, RecursionError) as error:
        raise OptionError(f"{path}: no TOML: {brief(str(error))}") from None
    tables = found.get("nic", [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise OptionError(f"{path}: nic is no list of tables: write [[nic]]")
    known = (*OF_FLEET, *OF_VM, *OF_REPLAY, "budget")
    check_keys({k: v for k, v in found.items() if k != "nic"}, known, path)
    for number, table in enumerate(tables, 1):
        check_keys(table, OF_NIC, f"{path}: nic {number}")
    return found


def check_keys(table: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    """Refuse keys that are not known, and values of a wrong kind.

    Raises
    ------
    OptionError
        There is one.
    """
    for key, value in table.items():
        if key not in known:
            raise OptionError(f"{where}: no key {quoted(key)}; there are {', '.join(known)}")
        kind, name = (str, "a text") if key in WORDS else (int, "a whole number")
        long = isinstance(value, str) and len(value) > LONGEST
        if long or not isinstance(value, kind) or isinstance(value, bool):
            raise OptionError(f"{where}: {key} = {quoted(value)}: {name}")
