"""Recordings of real kernels, and a form in which the events of any two sources compare."""

import gzip
import json
from itertools import count


def read_recording(path):
    """Give what was run, and the events as tuples: the kind first, numbers as int."""
    with gzip.open(path, "rt", encoding="ascii") as lines:
        facts = json.loads(next(lines).removeprefix("# "))
        return facts, [parse(*line.rstrip("\n").split("\t")) for line in lines]


def parse(kind, *fields):
    values = [int(field) if field.isdigit() else field for field in fields]
    if kind == "refill" and values[1] == "-":  # no chunk yet
        values[1] = None
    return (kind, *values)


def named(events):
    """Number the chunks from 0 as they are taken: a name is good until its chunk is given back."""
    numbers, taken = {None: None}, count()
    for kind, *fields in events:
        if kind in ("chunk", "pool"):
            sign, name = fields
            if sign == "+":
                assert name not in numbers
                numbers[name] = next(taken)
            yield (kind, sign, numbers[name] if sign == "+" else numbers.pop(name))
        elif kind == "refill":
            size, name, offset, chunk_size = fields
            yield (kind, size, numbers[name], offset, chunk_size)
        else:
            yield (kind, *fields)
