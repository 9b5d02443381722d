"""The tables in Markdown that are made from a result."""

from bars import Figures, bars
from loads import TITLES

OURS = {"walk": "walk alone", "info": "`info`", "compare": "comparison of {} strategies"}
HIDDEN = ("one of ", "all of ")  # what the marginal costs are made from
VERDICTS = {True: "met", False: "missed", None: ""}
FIRST = ("C walk", "walk", "info")


def title(row: dict) -> str:
    """Name a row for readers."""
    return OURS.get(row["what"], row["what"]).format(row["strategies"])


def cores(count: int) -> str:
    """Say how many."""
    return {1: "one core", 2: "two cores"}.get(count, f"{count} cores")


def rank(cores: int, what: str) -> tuple[int, int, str]:
    """Give what rows are ordered by: cores, then the walks, strategies, and other programs."""
    if what in FIRST:
        return cores, FIRST.index(what), ""
    return cores, len(FIRST) + ("/" not in what.split()[0]), what


def markdown(columns: list[str], rows: list[list[str]], numbers: int) -> str:
    """Lay out a table whose last `numbers` columns are numbers."""
    ruler = ["---"] * (len(columns) - numbers) + ["--:"] * numbers
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (columns, ruler, *rows))


def rate(results: dict, what: str, load: str, count: int) -> str:
    """Give millions of packets a second, and how often that is the C walk's rate."""
    figures = Figures(results)
    if not figures.has(load, what, count):
        return "not clear" if any(is_of(row, load, what, count) for row in results["rows"]) else ""
    text = f"{1e3 / figures.ns(load, what, count):.3g}"
    if what == "C walk" or not figures.has(load, "C walk", count):
        return text
    return f"{text} ({figures.share(load, what, count):.2g})"


def is_of(row: dict, load: str, what: str, count: int) -> bool:
    """Say whether a row is the one that is looked for."""
    return (row["load"], row["what"], row["cores"]) == (load, what, count)


def summary(results: dict) -> str:
    """Give the README's table: rates by load, each with its share of the C walk's."""
    kinds = [kind for kind in TITLES if any(r["load"] == kind for r in results["rows"])]
    seen = {
        (r["cores"], r["what"]): title(r)
        for r in results["rows"]
        if r["load"] in kinds and not r["what"].startswith(HIDDEN)
    }
    rows = [
        [cores(count), text, *(rate(results, what, kind, count) for kind in kinds)]
        for (count, what), text in sorted(seen.items(), key=lambda item: rank(*item[0]))
    ]
    columns = ["cores", "what", *(TITLES[kind] for kind in kinds)]
    return markdown(columns, rows, len(kinds))


def bar_table(results: dict) -> str:
    """Give every bar beside what was measured."""
    rows = [[bar.what, bar.wanted, bar.measured, VERDICTS[bar.met]] for bar in bars(results)]
    return markdown(["what", "wanted", "measured", ""], rows, 0)


def start_table(results: dict) -> str:
    """Give what starts take."""
    rows = [[f"`{each['what']}`", f"{each['seconds']:.2f} s"] for each in results["start_up"]]
    return markdown(["start, warm", "median"], rows, 1)


def clear(row: dict) -> tuple[str, str, str]:
    """Give rate, time and spread of a row, or say that its work was not to be told from noise."""
    if row["ns_per_packet"] is None:
        return "", "not clear", ""
    rate, ns = row["packets_per_second"] / 1e6, row["ns_per_packet"]
    return f"{rate:.3g}", f"{ns:.3g}", f"{100 * row['spread']:.0f} %"


def full_table(results: dict) -> str:
    """Give every row: rate, time, spread of the time, and time on the small file."""
    rows = [
        [
            r["load"],
            cores(r["cores"]),
            title(r) if not r["what"].startswith(HIDDEN) else f"{r['what']}, {r['strategies']}",
            *clear(r),
            f"{r['start_up_seconds']:.2f} s",
        ]
        for r in results["rows"]
    ]
    columns = ["load", "cores", "what", "M packets/s", "ns a packet", "spread", "small file"]
    return markdown(columns, rows, 4)


def machine_line(results: dict) -> str:
    """Name the machine and what ran on it."""
    m = results["machine"]
    return (
        f"{m['cpu']}, {m['cores']} cores, {m['memory_gib']} GiB, Linux {m['kernel']}, "
        f"Python {m['python']}, numba {m['numba']}, {m['date']}; medians of {results['runs']} runs"
    )
