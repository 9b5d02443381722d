"""`rxreplay plan`."""

from typing import Any

import click
from click.core import ParameterSource

from .by_clock import MAYBE_TIMING, timed
from .shared import (
    POLL,
    READING,
    REPORTING,
    SETTING,
    SPREADING,
    CaptureCommand,
    options,
)

FLEET = options(
    click.option("--hosts", type=int, help="Hosts.  [default: 1]"),
    click.option("--vms", type=int, help="VMs of a host.  [default: 1]"),
    click.option("--vcpus", type=int, help="vCPUs of a VM.  [default: 1]"),
    click.option("--nics", type=int, help="NICs of a VM.  [default: 1]"),
    click.option(
        "--queues",
        type=int,
        help="Receive queues of a NIC; a guest uses no more than it has vCPUs.  "
        "[default: one a vCPU]",
    ),
    click.option("--ring", type=int, help="Buffers of a queue's ring.  [default: 256]"),
    click.option(
        "--strategy",
        "-s",
        metavar="KERNEL[/MODE]",
        help="Who receives; a KERNEL alone chooses its mode by the VM's description.  "
        "[default: 5.10/mergeable]",
    ),
    click.option(
        "--average",
        type=int,
        metavar="BYTES",
        help="Average frame for which mergeable buffers are sized where no capture says it.",
    ),
    click.option(
        "--budget",
        metavar="SIZE[/vm]",
        help="Memory that may be used, of each host or of each VM: 64GiB, 512MiB/vm.",
    ),
)
FILES = options(
    click.option(
        "--fleet",
        "config",
        metavar="FILE",
        help="Read all of these from TOML; options overrule.",
    ),
    click.option(
        "--from-libvirt",
        "libvirt",
        metavar="FILE",
        help="Read vCPUs and NICs of a VM from its domain XML (virsh dumpxml).",
    ),
    click.option(
        "--from-qemu",
        "qemu",
        metavar="FILE",
        help="Read them from a QEMU command line: a text, or /proc/PID/cmdline.",
    ),
)
NAMES = ("hosts", "vms", "vcpus", "nics", "queues", "ring", "strategy", "average", "budget")


@click.command("plan", cls=CaptureCommand)
@click.argument("sources", metavar="[CAPTURE|RESULT.json|RESULTS/]...", nargs=-1)
@FLEET
@FILES
@click.option(
    "--try",
    "tries",
    metavar="KNOB=VALUE",
    multiple=True,
    help="Say what this change saves instead of the usual ones: queues=2, ring=128, "
    "strategy=7.2/mergeable, or a strategy's knob.  Repeatable.",
)
@click.option(
    "--capture-of",
    type=click.Choice(["nic", "queue"]),
    default="nic",
    show_default=True,
    help="Spread a capture over the queues of a NIC, or give each of them all of it.",
)
@POLL
@SPREADING
@MAYBE_TIMING
@SETTING
@READING
@REPORTING
def command(
    sources: tuple[str, ...],
    config: str | None,
    libvirt: str | None,
    qemu: str | None,
    tries: tuple[str, ...],
    capture_of: str,
    settings: tuple[str, ...],
    form: str,
    output: str | None,
    force: bool,
    quiet: bool,
    **how: Any,
) -> None:
    """Plan the receive memory of a fleet, and what one changed knob would save.

    Without a CAPTURE it is what full rings take before the first packet. Each CAPTURE is the
    traffic of one NIC; results that compare or replay has written as JSON stand for theirs, and
    the folder that corpus has written for all of its traces.
    """
    from ..fleet_settings import OF_REPLAY, planned_fleet, read_toml
    from ..options import Options
    from ..planning import plan
    from ..writing import check_free
    from .inputs import all_inputs
    from .progress import progress_bar
    from .reporting import finish

    check_free(output, force=force, inputs=all_inputs([*sources, config, libvirt, qemu], how))
    given = {name: how.pop(name) for name in NAMES}
    described = read_toml(config) if config else {}
    how |= {name: described[name] for name in OF_REPLAY if name in described and not said(name)}
    fleet = planned_fleet(given, config=described, libvirt=libvirt, qemu=qemu, settings=settings)
    options = Options(**timed(how))
    with progress_bar(quiet=quiet) as progress:
        found = plan(sources, fleet, options, progress, capture_of=capture_of, tries=tries)
    finish(found, "plan", form, output, quiet=quiet)


def said(name: str) -> bool:
    """Say whether an option was given, here or by who configured the command."""
    return click.get_current_context().get_parameter_source(name) is not ParameterSource.DEFAULT
