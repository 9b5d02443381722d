"""The run record: what decided a result, what made it, and what is not in it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from .schemas import Schema

NOT_MODELLED: Final = (
    "Consumers that hold skbs, unless --time and --consumer are given: skbs die as the rule "
    "of the run says, and what unread sockets pin is not in the memory shown.",
    "What the stack does after the driver: GRO, header pulls, linearizing; compare --gro tells.",
    "Allocations that fail altogether, direct descriptors, programs attached in mid-traffic, "
    "NET_IP_ALIGN.",
    "The polls of the guest: no capture shows them. Without a clock they come as the options "
    "say; the rings by the clock assume a service time.",
    "Several vCPUs, interrupt moderation, busy polling, and what vhost batches.",
)


def config_sha256(config: Mapping[str, Any]) -> str:
    """Hash a configuration: the same for equal ones, wherever their values were given.

    Examples
    --------
    >>> config_sha256({"ring": 256, "filter": None})[:16]
    '8b2f75d4fe7f8f7d'
    >>> config_sha256({"filter": None, "ring": 256})[:16]
    '8b2f75d4fe7f8f7d'
    """
    text = json.dumps(config, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def recorded(schema: Schema, config: Mapping[str, Any], run: Mapping[str, Any]) -> dict[str, Any]:
    """Give what every document begins with."""
    return {
        "schema": str(schema),
        "config": config,
        "run": {**run, "config_sha256": config_sha256(config)},
        "not_modelled": list(NOT_MODELLED),
    }
