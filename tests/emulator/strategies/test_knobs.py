"""What can be set, from which release on; each limit from both sides."""

import pytest
from helpers.replaying import kinds, opened, skbs
from rxreplay.emulator import STRATEGIES, strategy
from rxreplay.emulator.strategies.knobs import ORDER3, parse_setting
from rxreplay.errors import StrategyError


def knobs(name):
    return {knob.name for knob in strategy(name).knobs}


@pytest.mark.all_variants
@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("5.18/small,hdr_len=20", "5.17/small,hdr_len=20"),
        ("6.17/small,hdr_len=24", "6.16/small,hdr_len=24"),
        ("6.4/small,max_skb_frags=45", "6.3/small,max_skb_frags=45"),
        ("6.4/small,max_skb_frags=17", "6.4/small,max_skb_frags=16"),
        ("6.4/small,max_skb_frags=45", "6.4/small,max_skb_frags=46"),
        ("4.17/small,page_size=65536", "4.16/small,page_size=65536"),
        ("4.17/small,page_size=65536", "4.17/small,page_size=16384"),
        ("6.6/small,dma_api=1", "6.5/small,dma_api=1"),
        ("6.8/small,dma_api=1", "6.8/small,dma_api=1,page_size=65536"),
        ("6.8/small,device_mtu=68", "6.8/small,device_mtu=67"),
        ("6.10/small,dma_api=1", "6.11/small,dma_api=1"),
        ("6.3/big,max_header=176", "6.2/big,max_header=176"),
        ("6.18/small,order3=fail", "7.2/small,order3=fail"),
        ("5.10.0/big,order3=fail", "5.11/big,order3=fail"),
        ("5.10/small,hdr_len=10", "5.10/mergeable,hdr_len=10"),
        ("4.10/big", "4.10/big,guest_gso=0,device_mtu=9000"),
        ("4.11/big,guest_gso=0,device_mtu=1501", "4.11/big,guest_gso=0,device_mtu=1500"),
        ("4.11/small,device_mtu=1500", "4.11/small,device_mtu=1501"),
        ("4.10/small,device_mtu=9000", "4.11/small,device_mtu=9000"),
        ("6.8/small,dma_api=1", "6.8/small,dma_api=1,order3=fail"),
        ("5.15/small,page_size=65536", "5.15/small,page_size=65536,order3=fail"),
        ("4.10/mergeable+xdp,order3=fail", "4.11/mergeable+xdp,order3=fail"),
        ("4.11/mergeable+xdp,device_mtu=4080", "4.11/mergeable+xdp,device_mtu=4081"),
        ("6.1/mergeable+xdp,device_mtu=4064", "6.1/mergeable+xdp,device_mtu=4065"),
        ("6.12/mergeable+xdp,device_mtu=3506", "6.12/mergeable+xdp,device_mtu=3507"),
        ("6.12/mergeable+xdp-frags,device_mtu=65535", "6.12/mergeable+xdp,device_mtu=65535"),
        ("5.10/mergeable,copy_len=14", "5.10/mergeable,copy_len=13"),
        ("5.10/mergeable,copy_len=1024", "5.10/mergeable,copy_len=1025"),
        ("5.10/big,copy_len=64", "5.10/small,copy_len=64"),
        ("6.1/mergeable+xdp,copy_len=64", "6.12/mergeable+xdp,copy_len=64"),
        ("5.10/small,headroom=32", "5.10/small,headroom=31"),
        ("5.10/small,headroom=512", "5.10/small,headroom=0"),
        ("mst-2016/mergeable,headroom=128", "6.12/mergeable+xdp,headroom=128"),
        ("4.11/small+xdp,xdp_headroom=1024", "4.11/small+xdp,xdp_headroom=1088"),
        ("4.11/mergeable+xdp,xdp_headroom=64", "4.11/mergeable+xdp,xdp_headroom=65"),
        ("4.11/mergeable+xdp,xdp_headroom=192", "4.10/mergeable+xdp,xdp_headroom=192"),
        ("4.11/small+xdp,xdp_headroom=192", "4.10/small+xdp,xdp_headroom=192"),
        ("5.10/small,tailroom=64", "5.10/small,tailroom=63"),
        ("5.10/small,tailroom=1024", "5.10/small,tailroom=1025"),
        ("5.10/mergeable,min_buf_len=128", "5.10/mergeable,min_buf_len=127"),
        ("5.10/mergeable,min_buf_len=4084", "5.10/mergeable,min_buf_len=4085"),
        ("6.12/mergeable,min_buf_len=640", "6.12/mergeable,min_buf_len=639"),
        ("4.13/mergeable+xdp,min_buf_len=3584", "4.16/mergeable+xdp,min_buf_len=3584"),
    ],
)
def test_what_a_kernel_has_and_what_it_has_not(name, refused):
    assert strategy(name).name in (name, name.partition(",")[0])
    with pytest.raises(StrategyError):
        strategy(refused)


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("order3=ok", ("order3", 0)),
        ("order3=fail", ("order3", 1)),
        ("order3=fail:1/8", ("order3", 8)),
        ("page_size=64KiB", ("page_size", 65536)),
        ("ring=-3", ("ring", -3)),
    ],
)
def test_how_a_setting_is_written(text, setting):
    assert parse_setting(text) == setting


@pytest.mark.parametrize("text", ["order3=2", "order3=fail:1/0", "order3=never", "hdr_len=ok"])
def test_how_a_setting_is_not_written(text):
    with pytest.raises(StrategyError, match="is not NAME=VALUE with"):
        parse_setting(text)


@pytest.mark.parametrize("value", [0, 1, 2, 9])
def test_a_name_with_words_is_read_back(value):
    assert parse_setting(f"order3={ORDER3.show(value)}") == ("order3", value)


def test_the_message_of_a_program_that_is_not_attached_has_the_kernels_reason():
    with pytest.raises(StrategyError, match=r"MTU too large to enable XDP .at most 3,506\)"):
        strategy("6.12/mergeable+xdp,device_mtu=9000")


def test_only_large_pages_are_computed():
    assert "computed for such pages, not measured" in strategy("6.12/big,page_size=64KiB").doubt
    assert strategy("6.12/big,page_size=4096").doubt == ""
    assert "taken as 7.3; 7.9/big" in strategy("7.9/big,page_size=64KiB").doubt


def test_what_no_kernel_has_is_said_to_be_a_what_if():
    assert strategy("6.12/big,copy_len=128,headroom=64,tailroom=0").doubt == ""
    chosen = strategy("6.12/big,copy_len=129,tailroom=384")
    assert chosen.doubt == f"{chosen.name}: a what-if, not a kernel's: copy_len, tailroom"


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("tailroom=100", "tailroom is from 64 to 1,024 in steps of 64, not 100"),
        ("min_buf_len=100", "here it is from 640, what .* takes, to 4,084, what a page has room"),
        ("copy_len=0", "copy_len is from 14 to 1,024, not 0"),
    ],
)
def test_a_refusal_says_the_range(setting, says):
    with pytest.raises(StrategyError, match=says):
        strategy(f"6.12/mergeable,{setting}")


def test_knobs_without_effect_are_not_offered():
    assert knobs("4.12/small") == {"hdr_len", "device_mtu", "order3", "headroom", "tailroom"}
    assert "max_header" not in knobs("6.18/small")
    assert "dma_api" not in knobs("6.8/big")
    assert {"order3", "min_avg", "headroom", "tailroom"} == knobs("mst-2016/mergeable")


def test_every_knob_of_every_strategy_takes_its_ends():
    for known in STRATEGIES:
        for knob in known.knobs:
            for value in (knob.values[0], knob.values[-1]):
                try:
                    chosen = known.with_settings({knob.name: value})
                except StrategyError:
                    continue  # some values need another one beside them
                assert strategy(chosen.name) == chosen


def asked(name, **options):
    return [int(event[1]) for event in kinds(opened(name, **options), "refill")]


@pytest.mark.parametrize(
    ("hdr_len", "small", "mergeable"), [(12, 1920, 1536), (20, 1984, 1600), (24, 1984, 1600)]
)
def test_the_header_sizes_buffers(hdr_len, small, mergeable):
    setting = f",hdr_len={hdr_len}" if hdr_len != 12 else ""
    assert set(asked(f"6.18/small{setting}")) == {small}
    assert set(asked(f"6.18/mergeable{setting}")) == {mergeable}


@pytest.mark.parametrize(
    ("setting", "ring", "size"),
    [
        ("", 16, 4096),
        (",guest_gso=0,device_mtu=1500", 16, 1536),
        (",guest_gso=0,device_mtu=1501", 16, 4096),
        (",guest_gso=0", 16, 4096),
        ("", 32, 2112),
        ("", 64, 1536),
    ],
)
def test_small_rings_have_room_for_a_packet_of_the_mtu(setting, ring, size):
    assert set(asked(f"6.12/mergeable{setting}", ring=ring)) == {size}


def chunks(name):
    """Give the sizes of the chunks that the first fill takes."""
    queue = opened(name)._queue
    return set(queue.chunks["size"][queue.chunks["refs"] > 0].tolist())


def test_without_order_3_a_chunk_is_a_page():
    assert chunks("5.10/mergeable") == {32768}
    assert chunks("5.10/mergeable,order3=fail") == {4096}
    assert chunks("5.10/mergeable,order3=fail:1/2") == {4096, 32768}
    assert chunks("5.15/mergeable,page_size=64KiB") == {65536}


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("5.10/mergeable,order3=fail", [1536, 2560]),  # kernel-facts 2.3.2
        ("6.18/mergeable,order3=fail", [1536, 2544]),
        ("6.12/mergeable+xdp,order3=fail", [4080]),  # asked for a page, less the record's room
        ("6.18/mergeable+xdp,order3=fail", [4080]),
        ("6.8/mergeable+xdp,order3=fail", [4096]),
        ("6.18/mergeable+xdp", [4096] * 7),
        ("5.15/mergeable,page_size=64KiB", [*[1536] * 41, 2560]),  # kernel-facts 3, arm64
        ("7.2/mergeable,page_size=64KiB", [*[1536] * 41, 2560]),
        ("6.8/mergeable+xdp,page_size=64KiB", [65536]),
        ("6.12/mergeable+xdp,page_size=64KiB", [65520]),
        ("6.8/mergeable,dma_api=1", [*[1536] * 20, 2032]),
    ],
)
def test_the_buffers_of_a_chunk(name, sizes):
    ring = opened(name)._queue.ring
    assert ring["size"][: len(sizes)].tolist() == sizes
    assert ring["offset"][len(sizes)] in (0, 16)


def test_more_frags_make_all_shared_info_larger():
    assert skbs("6.18/small,max_skb_frags=45", 60) == [(1600 + 768 + 256, 60, 0)]
    assert skbs("7.2/small,max_skb_frags=45", 60) == [(4096 + 256, 60, 0)]
    assert skbs("6.12/mergeable,max_skb_frags=45", 756, 757) == [(1792, 756, 0), (2816, 14, 1)]
    assert skbs("6.12/mergeable", 1204, 1205) == [(1792, 1204, 0), (2816, 14, 1)]


@pytest.mark.parametrize(
    ("name", "settings", "begins"),
    [
        ("5.10/mergeable", {"min_buf_len": 64}, "5.10/mergeable: min_buf_len=64: here it is from "),
        (
            "6.8/mergeable",
            {"min_buf_len": 64, "hdr_len": 20},
            "6.8/mergeable,hdr_len=20: min_buf_len=64: here it is from ",
        ),
        ("6.8/big", {"guest_gso": 0}, "6.8/big,guest_gso=0: without guest GSO "),
    ],
)
def test_a_refusal_names_a_setting_once(name, settings, begins):
    with pytest.raises(StrategyError) as refused:
        strategy(name).with_settings(settings)
    assert str(refused.value).startswith(begins)
