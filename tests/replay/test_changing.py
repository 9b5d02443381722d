"""What changed between two results: pairs, signed differences, and what has outgrown a limit."""

import json
from dataclasses import replace
from io import StringIO

import pytest
from helpers.shared_data import CHECKOUT
from hypothesis import given
from hypothesis import strategies as st
from rxreplay import RxReplayError, compare, diff, lengthwise, replay
from rxreplay import result_file as rf
from rxreplay.changing import Differences, Pair, changes, counterparts, outgrown
from rxreplay.limits import parse_limit
from rxreplay.moved_lengths import moved_lengths
from rxreplay.report import as_diff_markdown
from rxreplay.report.as_diff import write_diff
from rxreplay.result_file import result_file

UDP = CHECKOUT / "traces" / "samples" / "udp-stream.pcap"
OLD = compare([[64, 1514] * 50], ["4.11/small", "5.10/mergeable"])
NEW = compare([[64, 1514] * 50], ["5.10/mergeable", "7.2/mergeable"], ring=512)


def test_strategies_are_paired_by_name_and_the_rest_is_named():
    found = diff(OLD, NEW)
    assert [pair.strategy for pair in found.pairs] == ["5.10/mergeable"]
    assert found.only_before == ["4.11/small of lengths"]
    assert found.only_after == ["7.2/mergeable of lengths"]
    assert {c.figure: (c.before, c.after) for c in found.config}["ring"] == (256, 512)


def test_single_strategies_and_captures_are_counterparts_whatever_they_are_called():
    [pair] = diff(replay([64], "4.11/small"), replay([1514], "5.10/mergeable")).pairs
    assert (pair.strategy_before, pair.strategy) == ("4.11/small", "5.10/mergeable")


def test_differences_are_those_of_the_figures():
    [pair] = diff(OLD, NEW).pairs
    old, new = OLD.of(0)["5.10/mergeable"], NEW.of(0)["5.10/mergeable"]
    found = {change.figure: change for change in pair.changes}
    ring = found["ring_bytes.peak"]
    assert (ring.before, ring.after) == (old.ring_bytes.peak, new.ring_bytes.peak)
    assert ring.difference == new.ring_bytes.peak - old.ring_bytes.peak > 0
    assert "truesize_bytes" not in found
    back = {c.figure: c.difference for c in diff(NEW, OLD).pairs[0].changes}
    assert back == {
        name: None if c.difference is None else -c.difference for name, c in found.items()
    }


def test_a_result_differs_from_itself_in_nothing():
    found = diff(OLD, OLD)
    assert [pair.changes for pair in found.pairs] == [[], []]
    assert [found.config, found.only_before, found.only_after] == [[], [], []]


def as_table(found):
    write_diff(found, out := StringIO())
    return out.getvalue()


def test_it_is_said_whether_the_packets_are_the_same():
    others = compare([[1514, 64] * 50], ["5.10/mergeable"])
    assert [pair.same_packets for pair in diff(OLD, OLD).pairs] == [True, True]
    assert [pair.same_packets for pair in diff(OLD, others).pairs] == [False]
    assert "\nnot the same packets\n" in as_table(diff(OLD, others))


def test_files_of_before_are_read_and_have_no_digest(tmp_path):
    whole = OLD.as_dict() | {"schema": "rxreplay/1"}
    del whole["not_modelled"], whole["traces"][0]["digest"]
    (file := tmp_path / "old.json").write_text(json.dumps(whole))
    assert [pair.same_packets for pair in diff(file, OLD).pairs] == [None, None]
    assert "same packets" not in as_table(diff(file, OLD))


def test_queues_are_compared_each_with_its_own():
    results = replay(UDP, "5.10/small", queues=2)
    assert [pair.queue for pair in diff(results, results).pairs] == [None, 0, 1]


def test_files_are_compared_as_results_are(tmp_path):
    for name, results in (("a", OLD), ("b", NEW)):
        (tmp_path / name).write_text(json.dumps(results.as_dict()))
    files = diff(tmp_path / "a", str(tmp_path / "b")).as_dict()
    memory = diff(OLD, NEW).as_dict()
    assert files["pairs"] == memory["pairs"]
    assert files["before"] == str(tmp_path / "a")


def test_nothing_in_common_is_one_line():
    with pytest.raises(RxReplayError) as refused:
        diff(compare([[60]], ["4.11/small", "4.10/small"]), NEW)
    assert "no capture and strategy in common: 4.11/small of lengths" in str(refused.value)


WHOLE = json.loads(json.dumps(OLD.as_dict()))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("\udcff", "no JSON"),
        ('{"schema": NaN}', "NaN is no number"),
        ('{"schema": -Infinity}', "-Infinity is no number"),
        ("[]", "no schema"),
        ('{"schema": "rxreplay-ring/1"}', "'rxreplay ring' writes for programs"),
        ('{"schema": "rxreplay-series/7.1"}', "is what --series writes for programs"),
        ('{"schema": "rxreplay/2.0"}', "'rxreplay/2.0' is of a newer rxreplay, which reads it"),
        ('{"schema": "rxreplay/0.1"}', "schema 'rxreplay/0.1', where rxreplay/1.2 was expected"),
        ('{"schema": "rxreplay/01.1"}', "schema 'rxreplay/01.1', where rxreplay/1.2 was"),
        ('{"schema": "another/1.1"}', "schema 'another/1.1', where rxreplay/1.2 was expected"),
        ('{"schema": "rxreplay/1"}', "there is no sound `config`"),
        (json.dumps(WHOLE | {"traces": [7]}), "traces.0 is 7, no capture"),
        (json.dumps(WHOLE | {"failed": 3}), "there is no sound `failed`"),
        (json.dumps(WHOLE | {"traces": []}), "result 0 is not whole"),
        (json.dumps(WHOLE | {"results": [{}]}), "result 0 is not whole"),
        (json.dumps(WHOLE | {"results": [WHOLE["results"][0], 3]}), "result 1 is not whole"),
    ],
)
def test_what_is_no_result_is_one_line(tmp_path, text, says):
    file = tmp_path / "x.json"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(RxReplayError) as refused:
        result_file(file)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def put(document, path, value):
    """Put a value into a document, in the place of what is there."""
    document = json.loads(json.dumps(document))
    *way, last = path
    part = document
    for step in way:
        part = part[step]
    part[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (["config"], {}, "config.ring is not there"),
        (["config", "ring"], "big", "config.ring is 'big', no count"),
        (["config", "ring"], True, "config.ring is True, no count"),
        (["config", "seed"], 10**400, f"config.seed is 1{'0' * 79}..., no setting"),
        (["config", "clock"], {"\x1b[31m": 2**63}, r"config.clock.\x1b[31m is 9223372036854775808"),
        (["run"], [], "there is no sound `run`"),
        (["run"], {"version": 2}, "run.version is 2, no text"),
        (["run"], {"threads": 2**64}, f"run.threads is {2**64}, no setting"),
        (["run"], {"command": ["compare", None]}, "run.command.1 is None, no text"),
        (["warnings"], {}, "there is no sound `warnings`"),
        (["warnings"], [7], "warnings.0 is 7, no warning"),
        (["warnings"], [{"text": "a"}, {"text": 1}], "warnings.1 is {'text': 1}, no warning"),
        (["not_modelled"], "all", "there is no sound `not_modelled`"),
        (["not_modelled"], ["a", {}], "not_modelled.1 is {}, no text"),
        (["failed"], ["a", 3], "failed.1 is 3, no text"),
        (["traces", 0, "path"], ["a"], "traces.0.path is ['a'], no text"),
        (["traces", 0, "digest"], [], "traces.0.digest is [], no text"),
        (["traces", 0, "by_size"], [1], "traces.0.by_size is [1], no packets by size"),
        (["traces", 0, "by_size"], {"to_64": {"packets": "x"}}, "to_64.packets is 'x', no count"),
        (["traces", 0, "by_size"], {"to_64": {"packets": None}}, "to_64.packets is None, no count"),
        (["traces", 0, "by_size"], {"to_64": {"packets": 0.5}}, "to_64.packets is 0.5, no count"),
        (["results", 1, "queue"], True, "result 1 is not whole"),
        (["results", 1, "trace"], -1, "result 1 is not whole"),
    ],
)
def test_what_is_damaged_is_one_line_that_says_where(tmp_path, path, value, says):
    file = tmp_path / "x.json"
    file.write_text(json.dumps(put(WHOLE, path, value)))
    with pytest.raises(RxReplayError) as refused:
        result_file(file)
    assert f"x.json: {says}" in str(refused.value) or f".{says}" in str(refused.value)
    assert str(refused.value).endswith(f"; {rf.HOW}")
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("part", ["run", "warnings", "not_modelled", "failed"])
def test_what_older_files_have_not_is_not_asked_for(tmp_path, part):
    (file := tmp_path / "x.json").write_text(
        json.dumps({name: of for name, of in WHOLE.items() if name != part})
    )
    assert [pair.changes for pair in diff(file, file).pairs] == [[], []]


def test_parts_within_parts_are_read_up_to_a_depth(tmp_path):
    file = tmp_path / "x.json"
    for more, deep in ((rf.DEEPEST - 1, False), (rf.DEEPEST, True)):  # within the document
        file.write_text(json.dumps(WHOLE | {"further": json.loads("[" * more + "]" * more)}))
        if deep:
            with pytest.raises(RxReplayError, match="parts within parts 32 times"):
                result_file(file)
        else:
            assert result_file(file).captures() == ["lengths"]


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(RxReplayError, match="No such file"):
        result_file(tmp_path / "none")


leaf = st.none() | st.integers(-9, 9) | st.sampled_from(["a", "b"])
nested = st.recursive(
    leaf, lambda inner: st.dictionaries(st.sampled_from("xyz"), inner), max_leaves=6
)
sides = st.dictionaries(st.sampled_from("abc"), nested)


def leaves_of(value, path=()):
    if isinstance(value, dict):
        return [leaf for key in value for leaf in leaves_of(value[key], (*path, key))]
    return [(".".join(path), value)]


@given(sides, sides)
def test_changes_are_the_leaves_that_differ(before, after):
    old, new = dict(leaves_of(before)), dict(leaves_of(after))
    wanted = {n: (old.get(n), new.get(n)) for n in old | new if old.get(n) != new.get(n)}
    found = list(changes(before, after))
    assert {c.figure: (c.before, c.after) for c in found} == wanted
    for change in found:
        numbers = isinstance(change.before, int) and isinstance(change.after, int)
        assert change.difference == (change.after - change.before if numbers else None)


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_counterparts_have_one_name_and_are_used_once(before, after):
    found = counterparts(before, after)
    assert len(set(found.values())) == len(found)
    if not len(before) == len(after) == 1:
        assert all(after[there] == before[here] for there, here in found.items())
        for name in "abc":
            assert sum(after[there] == name for there in found) == min(
                before.count(name), after.count(name)
            )


@pytest.mark.parametrize(
    ("limit", "was", "now", "crossed"),
    [
        ("packets > 2", 8, 10, False),
        ("packets > 2", 8, 11, True),
        ("packets > 25%", 8, 10, False),
        ("packets > 25%", 8, 11, True),
        ("packets < -25%", 8, 6, False),
        ("packets < -25%", 8, 5, True),
        ("packets > 0%", 0, 1, True),
        ("packets > 0%", 0, 0, False),
        ("packets > 0", None, 1, True),
        ("packets > 0", 1, None, True),
        ("y:packets > 0", 1, 2, False),
        ("x:packets > 0", 1, 2, True),
    ],
)
def test_a_limit_is_on_what_a_figure_has_grown_by(limit, was, now, crossed):
    pair = Pair("a", "x", "x", None, {"packets": was}, {"packets": now})
    assert bool(list(outgrown([parse_limit(limit)], only(pair)))) is crossed


def test_a_queue_has_no_limits():
    pair = Pair("a", "x", "x", 0, {"packets": 1}, {"packets": 2})
    assert not list(outgrown([parse_limit("packets > 0")], only(pair)))


def only(pair):
    return Differences("a.json", "b.json", [], [pair], [], [])


def test_what_is_gone_or_failed_keeps_no_limit():
    whole = NEW.as_dict() | {"failed": ["b.pcap: cannot be read"]}
    found = replace(diff(OLD, NEW), failed_after=whole["failed"])
    limit = parse_limit("packets > 0")
    assert list(outgrown([limit], found)) == [
        "crossed: 4.11/small of lengths: there is no such result any more",
        "crossed: b.pcap: cannot be read",
    ]
    assert list(outgrown([], found)) == []


def test_what_failed_is_read_from_the_file(tmp_path):
    for name, failed in (("a", []), ("b", ["c.pcap: gone"])):
        (tmp_path / name).write_text(json.dumps(OLD.as_dict() | {"failed": failed}))
    assert diff(tmp_path / "a", tmp_path / "b").failed_after == ["c.pcap: gone"]
    assert OLD.as_dict()["failed"] == []


@pytest.mark.parametrize("value", [-5, True, "abc", 10**400, ["x"], {"a": "b"}])
def test_what_is_no_figure_is_one_line(tmp_path, value):
    whole = json.loads(json.dumps(OLD.as_dict()))
    whole["results"][1]["figures"]["ring_bytes"] = value
    (tmp_path / "x").write_text(json.dumps(whole))
    with pytest.raises(RxReplayError, match=r"x: ring_bytes\S* of result 1 is .*, no figure; make"):
        result_file(tmp_path / "x")


def test_a_file_without_end_is_one_line(monkeypatch):
    monkeypatch.setattr(rf, "LARGEST", 1000)
    with pytest.raises(RxReplayError, match="/dev/zero: more than 1,000 bytes"):
        result_file("/dev/zero")


def test_the_sizes_that_moved_are_signed_and_exact():
    lengths = {64: 3, 65: 1, 127: 2, 1518: 5, 1519: 7, 70_000: 11}
    many = [length for length, count in lengths.items() for _ in range(count)]
    [sizes] = diff(replay([64, 1519], "5.10/small"), replay(many, "5.10/small")).by_size
    assert {c.figure: (c.before, c.after, c.difference) for c in sizes.changes} == {
        "to_64.packets": (1, 3, 2),
        "to_64.wire_bytes": (64, 192, 128),
        "65_to_127.packets": (0, 3, 3),
        "65_to_127.wire_bytes": (0, 319, 319),
        "1024_to_1518.packets": (0, 5, 5),
        "1024_to_1518.wire_bytes": (0, 5 * 1518, 5 * 1518),
        "from_1519.packets": (1, 18, 17),
        "from_1519.wire_bytes": (1519, 7 * 1519 + 770_000, 6 * 1519 + 770_000),
    }


@pytest.mark.parametrize("sizes", [None, {}])
def test_a_result_without_packets_by_size_is_still_compared(tmp_path, sizes):
    whole = OLD.as_dict()
    del whole["traces"][0]["by_size"]
    if sizes is not None:  # an empty one is as good as none
        whole["traces"][0]["by_size"] = sizes
    path = tmp_path / "old.json"
    path.write_text(json.dumps(whole))
    found = diff(path, OLD)
    assert [each.changes for each in found.by_size] == [None]
    assert found.pairs
    for text in texts_of(found):
        assert "a result is from before packets by size were written" in text


def texts_of(found):
    """Write what was found as a table, and as Markdown."""
    markdown = StringIO()
    as_diff_markdown.write_diff(found, markdown)
    return text_of(found), markdown.getvalue()


def text_of(found):
    out = StringIO()
    write_diff(found, out)
    return out.getvalue()


def test_lengths_that_strategies_charge_differently_are_told(monkeypatch):
    monkeypatch.setattr(lengthwise, "FIXED", (64, 1514))  # others take long in plain Python
    found = diff(replay([64], "6.18/mergeable"), replay([64], "6.18/mergeable,copy_len=256"))
    [pair] = found.pairs
    assert [moved.length for moved in pair.moved_lengths] == [129, 256]
    assert [each["length"] for each in pair.as_dict()["moved_lengths"]] == [129, 256]
    assert "truesize of a packet in a steady stream" in text_of(found)


def test_a_length_that_one_strategy_drops_has_no_difference():
    moved = moved_lengths(("5.10/small", 256), ("5.10/mergeable", 256))
    assert {m.length: (m.after is None, m.difference) for m in moved}[1519] == (False, None)


@pytest.mark.parametrize("unknown", [("no/such", 256), ("5.10/small", 100), ("5.10/small", "x")])
def test_unknown_strategies_and_rings_have_no_lengths(unknown):
    assert moved_lengths(("5.10/small", 256), unknown) is None
    pair = Pair("a", unknown[0], "5.10/small", None, {}, {}, (256, unknown[1]))
    found = Differences("a", "b", [], [pair], [], [])
    for text in texts_of(found):
        assert "a strategy or ring is not known" in text
    assert found.as_dict()["pairs"][0]["moved_lengths"] is None


def test_markdown_names_what_has_no_counterpart():
    found = Differences("a_.json", "b", [], [], ["x of a|b"], ["y"], ["c.pcap: cut"])
    lines = texts_of(found)[1].splitlines()
    assert lines[0] == r"a\_.json → b"
    assert lines[2:] == [
        r"- only before: x of a\|b",
        "- only after: y",
        "- failed after: c.pcap: cut",
        "",
    ]


def test_what_receives_alike_is_not_run():
    assert moved_lengths(("5.10/small", 256), ("5.10/small", 512)) == []
    assert Pair("a", "x", "y", 1, {}, {}).moved_lengths == []
