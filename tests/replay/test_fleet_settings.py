"""Options over the description of a VM over a TOML file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rxreplay.errors import OptionError, RxReplayError
from rxreplay.fleet_settings import planned_fleet, read_toml
from rxreplay.fleets import Budget

XML = """<domain><vcpu>4</vcpu><devices>
<interface type='bridge'><model type='virtio'/><driver queues='8' rx_queue_size='512'/></interface>
<interface type='bridge'><model type='virtio'/><driver queues='2'><host mrg_rxbuf='off'/></driver>
</interface></devices></domain>"""
LINE = "qemu -smp 2 -netdev tap,id=n,queues=8 -device virtio-net-pci,netdev=n,mq=on"
WHOLE = """
hosts = 3
vms = 40
vcpus = 8
nics = 10
queues = 6
ring = 512
strategy = "6.12/mergeable"
average = 1514
budget = "64GiB"
"""


@pytest.fixture
def file(tmp_path):
    def write(text, name="fleet.toml"):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return write


def described(fleet):
    return [(nic.count, nic.queues, nic.ring, nic.strategy.name) for nic in fleet.nics]


def test_defaults():
    fleet = planned_fleet({})
    assert described(fleet) == [(1, 1, 256, "5.10/mergeable")]
    assert (fleet.hosts, fleet.vms, fleet.average, fleet.budget) == (1, 1, 0, None)


def test_a_file_says_everything(file):
    fleet = planned_fleet({"vms": None}, config=file(WHOLE))
    assert described(fleet) == [(10, 6, 512, "6.12/mergeable")]
    assert (fleet.hosts, fleet.vms, fleet.average) == (3, 40, 1514)
    assert fleet.budget == Budget(64 << 30)


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ({"hosts": 1}, (1, 40, [(10, 6, 512, "6.12/mergeable")])),
        ({"vms": 2}, (3, 2, [(10, 6, 512, "6.12/mergeable")])),
        ({"vcpus": 4}, (3, 40, [(10, 4, 512, "6.12/mergeable")])),
        ({"nics": 1}, (3, 40, [(1, 6, 512, "6.12/mergeable")])),
        ({"queues": 2}, (3, 40, [(10, 2, 512, "6.12/mergeable")])),
        ({"ring": 64}, (3, 40, [(10, 6, 64, "6.12/mergeable")])),
        ({"strategy": "7.2"}, (3, 40, [(10, 6, 512, "7.2/mergeable")])),
    ],
)
def test_an_option_comes_before_the_file(file, option, expected):
    fleet = planned_fleet(option, config=file(WHOLE))
    assert (fleet.hosts, fleet.vms, described(fleet)) == expected


TABLES = """
vcpus = 8
ring = 512
[[nic]]
name = "front"
count = 2
[[nic]]
queues = 1
ring = 1024
strategy = "6.1/big"
"""


def test_tables_say_what_nics_there_are(file):
    fleet = planned_fleet({}, config=file(TABLES))
    assert described(fleet) == [(2, 8, 512, "5.10/mergeable"), (1, 1, 1024, "6.1/big")]
    assert [nic.names for nic in fleet.nics] == [("front",), ()]
    overruled = planned_fleet({"ring": 64, "queues": 3}, config=file(TABLES))
    assert described(overruled) == [(2, 3, 64, "5.10/mergeable"), (1, 3, 64, "6.1/big")]


def test_tables_and_nics_cannot_both_be(file):
    with pytest.raises(OptionError, match=r"nics: each \[\[nic\]\] says"):
        planned_fleet({"nics": 3}, config=file(TABLES))


def test_a_domain(file):
    xml = file(XML, "vm.xml")
    assert described(planned_fleet({}, libvirt=xml)) == [
        (1, 4, 512, "5.10/mergeable"),
        (1, 2, 256, "5.10/big"),
    ]
    how = {"strategy": "6.1", "queues": 2, "ring": 128, "vcpus": 1, "vms": 9}
    fleet = planned_fleet(how, libvirt=xml)
    assert described(fleet) == [(1, 1, 128, "6.1/mergeable"), (1, 1, 128, "6.1/big")]
    assert fleet.vms == 9
    rest = file('hosts = 2\nstrategy = "7.2"\nbudget = "1GiB/vm"')
    fleet = planned_fleet({}, config=rest, libvirt=xml)
    assert [nic.strategy.name for nic in fleet.nics] == ["7.2/mergeable", "7.2/big"]
    assert (fleet.hosts, fleet.budget) == (2, Budget(1 << 30, "vm"))


def test_a_command_line(file):
    assert described(planned_fleet({}, qemu=file(LINE, "cmdline"))) == [
        (1, 2, 256, "5.10/mergeable")
    ]


@pytest.mark.parametrize(
    ("option", "text", "told"),
    [
        ({"nics": 3}, "", "--nics: the description of the VM says"),
        ({}, "nics = 3", "nics: the description"),
        ({}, "ring = 3\nqueues = 1", "queues, ring: the description"),
        ({}, "[[nic]]", "[[nic]]: the description"),
    ],
)
def test_one_of_them_says_what_nics_there_are(file, option, text, told):
    with pytest.raises(OptionError) as error:
        planned_fleet(option, config=file(text), libvirt=file(XML, "vm.xml"))
    assert str(error.value).startswith(told)


def test_one_vm_is_described():
    with pytest.raises(OptionError, match="one VM is planned"):
        planned_fleet({}, libvirt="a", qemu="b")


def test_knobs_are_set(file):
    fleet = planned_fleet({}, config=file(TABLES), settings=["6.1/big:device_mtu=9000"])
    names = [nic.strategy.name for nic in fleet.nics]
    assert names == ["5.10/mergeable", "6.1/big,device_mtu=9000"]
    same = file('[[nic]]\n[[nic]]\nstrategy="5.10/mergeable,hdr_len=12"\nring=64')
    fleet = planned_fleet({}, config=same, settings=["device_mtu=9000"])
    assert described(fleet) == [
        (1, 1, 256, "5.10/mergeable,device_mtu=9000"),
        (1, 1, 64, "5.10/mergeable,device_mtu=9000"),
    ]
    with pytest.raises(OptionError, match="no strategy here has that knob"):
        planned_fleet({}, settings=["min_avg=64"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hosts", "no TOML"),
        ("hosts = ", "no TOML"),
        ("a = " + "[" * 20_000, "no TOML"),
        ("colour = 1", "no key 'colour'; there are hosts, vms"),
        ("hosts = 'many'", "hosts = 'many': a whole number"),
        ("hosts = true", "hosts = True: a whole number"),
        ("ring = 256.0", "ring = 256.0: a whole number"),
        ("strategy = 5", "strategy = 5: a text"),
        ("budget = 5", "budget = 5: a text"),
        (f"strategy = '{'x' * 201}'", "xxx...: a text"),
        (f"{'k' * 5000} = 1", "kkk...; there are hosts"),
        ("nic = 3", "nic is no list of tables: write [[nic]]"),
        ("nic = [3]", "nic is no list of tables"),
        ("[nic]\nring = 64", "nic is no list of tables"),
        ("[[nic]]\n[[nic]]\nvms = 3", "nic 2: no key 'vms'; there are count"),
        ("[[nic]]\nqueues = 'x'", "nic 1: queues = 'x': a whole number"),
    ],
)
def test_what_is_no_description(file, text, told):
    path = file(text)
    with pytest.raises(OptionError) as error:
        read_toml(path)
    assert str(error.value).startswith(f"{path}: ")
    assert told in str(error.value)


def test_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(OptionError, match="no TOML"):
        read_toml(str(path))
    with pytest.raises(RxReplayError, match=r"--fleet .*none: No such file"):
        read_toml(str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("vms = 0", "VMs of a host"),
        ("ring = 100", "a ring has 2 to"),
        ("queues = -1", "queues of a NIC"),
        ("nics = 1000001", "NICs of a VM"),
        ("vcpus = 0", "vCPUs of a VM"),
        ("[[nic]]\ncount = 0", "NICs of a VM"),
        ("strategy = 'x/y'", "no kernel 'x'"),
        ("budget = 'much'", "--budget much"),
    ],
)
def test_numbers_that_cannot_be(file, text, told):
    with pytest.raises(OptionError) as error:
        planned_fleet({}, config=file(text))
    assert told in str(error.value)


KEYS = ["hosts", "vms", "vcpus", "nics", "queues", "ring", "strategy", "average", "budget", "nic"]
VALUES = ["1", "2", "256", "0", "-1", "true", "'5.10/small'", "'1GiB'", "[]", "{}", "1.5", "[{}]"]


@given(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES)), max_size=6))
def test_any_table_is_a_fleet_or_one_line(tmp_path_factory, pairs):
    path = tmp_path_factory.mktemp("toml") / "x.toml"
    path.write_text("\n".join(f"{key} = {value}" for key, value in pairs))
    try:
        found = planned_fleet({}, config=str(path))
    except OptionError as error:
        found = str(error)
    assert "\n" not in found if isinstance(found, str) else found.queues_a_vm >= 1
