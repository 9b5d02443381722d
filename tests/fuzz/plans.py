"""Any bytes as what `plan` and `diff` read: domain XML, a command line, TOML, results."""

import json
import os
from io import StringIO

from fuzz.law import check_text, or_our_error
from helpers.shared_data import CHECKOUT
from rxreplay import compare, diff, from_libvirt, from_qemu
from rxreplay.fleet_settings import planned_fleet
from rxreplay.report import DIFF_FORMATS, reporter
from rxreplay.saved_results import load_saved

EXAMPLES = CHECKOUT / "docs" / "examples"
STRATEGIES = ("5.10/mergeable", "4.10/small")


def plans(data):
    """Read bytes as each of these."""
    for read in (from_libvirt.guest_of, from_qemu.guest_of):
        with or_our_error():
            guest = read(data, "x")
            for device in guest.devices:
                assert device.nic(guest.vcpus, "6.1").queues <= guest.vcpus
                check_text(device.name)
    with open(os.memfd_create("fuzz"), "w+b") as file:
        file.write(data)
        file.flush()
        path = f"/proc/self/fd/{file.fileno()}"
        with or_our_error():
            assert planned_fleet({}, config=path).queues_a_vm >= 1
        with or_our_error():
            found = load_saved(path)
            for name in STRATEGIES:
                for sample in found.of(name, found.ring, found.queues) or ():
                    assert min(sample.nic.posted, sample.packets, sample.dropped) >= 0
        with or_our_error():
            for form in DIFF_FORMATS:
                reporter(form, "diff")(diff(path, path), out := StringIO())
                assert "\x1b" not in out.getvalue()


def seeds():
    """Give the examples of the documentation, and results."""
    for path in sorted(EXAMPLES.iterdir()):
        yield path.read_bytes()
    yield (EXAMPLES / "web.cmdline").read_bytes().replace(b" \\\n ", b"\0").replace(b" ", b"\0")
    results = compare([[60, 1514]], ["5.10/mergeable"]).as_dict()
    yield json_of(results)


def json_of(results):
    """Give results as a file has them, without what no plan looks at."""
    for result in results["results"]:
        del result["figures"]["waste"]
    return json.dumps(results).encode()
