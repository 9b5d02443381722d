"""Any bytes as the small files that options name, and as what one run leaves for the next."""

import json
import os
from functools import cache

import numpy as np
from fuzz.law import or_our_error
from rxreplay.checkpoint_file import contents
from rxreplay.cli.configuring import read_config
from rxreplay.corpus.saved import load_corpus
from rxreplay.emulator import Receiver, strategy
from rxreplay.emulator.checkpoint import load, save
from rxreplay.stalls import parse_stalls

STALLS = b"# start  length\n+1.5s 2ms\n9.5,0.002   # of the host\n"
CONFIG = b'ring = 64\n[compare]\nstrategy = ["5.10/mergeable"]\nquiet = true\n'
TRACE = {"name": "a", "inputs": [], "result": f"units/{'0' * 64}.json"}
CORPUS = {"schema": "rxreplay-corpus/1.0", "config": {}, "warnings": [], "model": 1}


@cache
def receiver():
    """Make what a checkpoint is loaded into; with a small ring it is of few bytes."""
    made = Receiver(strategy("5.10/small"), ring=4)
    made.receive(np.array([60, 1514]))
    return made


def files(data):
    """Read bytes as each of these."""
    with open(os.memfd_create("fuzz"), "w+b") as file:
        file.write(data)
        file.flush()
        path = f"/proc/self/fd/{file.fileno()}"
        with or_our_error():
            assert all(stall.length_ns >= 0 for stall in parse_stalls(f"file:{path}").fixed)
        with or_our_error():
            read_config(path)
        with or_our_error():
            assert all(len(each.key) == 64 for each in load_corpus(path).kept)
        with or_our_error():
            load(contents(path), {"rx": receiver()})


def seeds():
    """Give one of each."""
    yield STALLS
    yield CONFIG
    yield json.dumps(CORPUS | {"traces": [TRACE], "failed": []}).encode()
    yield save({"rx": receiver()})
