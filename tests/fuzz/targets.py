"""The targets of `make fuzz`: each takes any bytes, and raises only where something is wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random

from fuzz import files, packets, plans, replays, seeds, texts, walks
from fuzz.mutations import mutate_blocks, mutate_compressed

Mutate = Callable[[bytes, Random, int], bytes]


@dataclass(frozen=True)
class Target:
    """Something that takes bytes, what it begins with, and how its bytes are changed with care."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]
    most_bytes: int = 8192
    mutate: Mutate | None = None


mutate_compressed_blocks: Mutate = partial(mutate_compressed, inner=mutate_blocks)

TARGETS = {
    "walks": Target(walks.walks, seeds.captures, mutate=mutate_blocks),
    "mapped": Target(walks.mapped_walks, seeds.captures, mutate=mutate_blocks),
    "odd": Target(walks.odd_walks, seeds.captures, mutate=mutate_blocks),
    "compressed": Target(
        walks.compressed, seeds.compressed_captures, mutate=mutate_compressed_blocks
    ),
    "packets": Target(packets.packets, seeds.packets, 2048),
    "bpf": Target(packets.bpf, seeds.programs, 1024),
    "filters": Target(texts.filters, seeds.expressions, 256),
    "logs": Target(texts.log, seeds.logs, 4096),
    "options": Target(texts.options, seeds.options, 128),
    "plans": Target(plans.plans, plans.seeds),
    "files": Target(files.files, files.seeds),
    "replays": Target(replays.replays, seeds.captures, mutate=mutate_blocks),
}
