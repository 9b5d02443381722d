"""The catalogue: the library function `strategies`."""

from typing import Any

from rxreplay.emulator import STRATEGIES


def strategies() -> list[dict[str, Any]]:
    """List the receive strategies, a dict each: name, summary, kernels, evidence and knobs.

    Examples
    --------
    >>> [known["name"] for known in strategies()][:2]
    ['4.10/small', '4.11/small']
    """
    return [
        {
            "name": known.name,
            "summary": known.summary,
            "kernels": known.era.covers,
            "evidence": known.era.evidence,
            "by_default": known.by_default,
            "knobs": [
                {
                    "name": knob.name,
                    "default": knob.default,
                    "least": knob.least,
                    "most": knob.most,
                    "summary": knob.summary,
                }
                for knob in known.knobs
            ],
        }
        for known in STRATEGIES
    ]
