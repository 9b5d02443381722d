"""Each target of `make fuzz` takes its seeds and what they become; hours of it are elsewhere."""

import re
from random import Random

import pytest
from fuzz import run
from fuzz.choices import Choices
from fuzz.mutations import decompressed, joined, mutate_blocks, split_blocks
from fuzz.targets import TARGETS
from helpers.shared_data import CHECKOUT, PLAIN
from hypothesis import given
from hypothesis import strategies as st
from oracles import capture_writer as w

CHANGED = {name: target for name, target in TARGETS.items() if target.mutate}
ROUNDS = 1 if PLAIN else 5


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_its_seeds(name):
    seeds = list(TARGETS[name].seeds())
    assert max(map(len, seeds)) <= TARGETS[name].most_bytes
    for seed in seeds:
        TARGETS[name].run(seed)


@pytest.mark.parametrize("name", CHANGED)
def test_a_target_takes_what_its_mutations_make(name):
    target, random = TARGETS[name], Random(name)
    for seed in target.seeds():
        for _ in range(ROUNDS):
            seed = target.mutate(seed, random, target.most_bytes)
            assert len(seed) <= target.most_bytes
            target.run(seed)


@pytest.mark.parametrize("name", TARGETS)
@given(st.binary(max_size=200))
def test_a_target_takes_any_bytes(name, data):
    TARGETS[name].run(data)


@pytest.mark.parametrize("order", "<>")
def test_blocks_are_parted_and_joined_as_they_were(order):
    data = w.pcapng((0, 60), order) + w.section(">") + b"rest"
    blocks, rest = split_blocks(data)
    assert [kind for kind, _, _ in blocks] == [0x0A0D0D0A, 1, 6, 6, 0x0A0D0D0A]
    assert rest == b"rest"
    assert joined(blocks, rest) == data


def test_changed_blocks_most_often_keep_lengths_that_fit():
    random = Random(1)
    made = [split_blocks(mutate_blocks(w.pcapng((60, 61)), random, 10_000)) for _ in range(200)]
    assert sum(bool(blocks) and not rest for blocks, rest in made) > 150


def test_compressed_changes_are_most_often_sound():
    random, target = Random(1), TARGETS["compressed"]
    seed = next(target.seeds())
    made = [target.mutate(seed, random, 8192) for _ in range(100)]
    assert sum(decompressed(each) is not None for each in made) > 40


def test_choices_end_in_zeros():
    choices = Choices(b"\x05\xff\xff")
    assert (choices.below(4), choices.signed(2), choices.number(4), choices.left) == (1, -1, 0, 0)
    assert choices.of("abc") == "a"


def test_make_fuzz_names_a_module_that_is_there():
    [line] = re.findall(r"-m fuzz\.(\w+) --seconds", (CHECKOUT / "Makefile").read_text())
    assert line == "run"
    assert callable(run.main)
