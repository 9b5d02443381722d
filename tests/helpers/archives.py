"""Archives of small captures, and what is in a folder afterwards."""

from oracles import capture_writer as writer
from rxreplay.corpus.listing import find
from rxreplay.corpus.rotation import entries
from rxreplay.corpus.running import replay_corpus
from rxreplay.corpus.sequential import SequentialEngine
from rxreplay.options import Options
from rxreplay.settings import resolve

NAMES = ("5.10/small", "5.10/mergeable", "4.10/big")
LENGTHS = ((60, 1514, 300), (), (1519, 64, 65), (9014,) * 5, (1518,) * 300)


def archive(folder, many=6):
    """Write captures that differ; the third is none."""
    folder.mkdir()
    for number in range(many):
        lengths = LENGTHS[number % len(LENGTHS)] + (60 + number,)
        (folder / f"{number:03}.pcap").write_bytes(writer.pcap(lengths))
    if many > 2:
        (folder / "002.pcap").write_bytes(b"no capture, but text\n")
    return folder


def listed(folder, rotation="auto"):
    return entries(find([str(folder)]).inputs, rotation)


def run(folder, results, engine=None, how=None, names=NAMES, **options):
    """Replay an archive; give the outcome."""
    more = {} if how is None else {"how": how}
    engine = engine or SequentialEngine()
    options = Options(**{"direction": "both"} | options)
    return replay_corpus(listed(folder), str(results), resolve(names), options, engine, **more)


def files(folder):
    """Give all files under a folder and what is in them."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
