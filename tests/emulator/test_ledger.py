"""A run whose memory does not balance is refused: one corrupted field for each equality."""

import pytest
from helpers.replaying import run
from rxreplay.emulator.ledger import balance
from rxreplay.errors import LedgerError, RxReplayError


def unbalanced(field, name="4.11/mergeable"):
    """Replay, spoil a field by one byte, and give the error."""
    queue = run(name, [60, 1514, 9014, 13], ring=16, unread=True, rcvbuf=1 << 20)
    queue._queue.state[field] += 1
    with pytest.raises(LedgerError) as error:
        queue.finish()
    return str(error.value)


@pytest.mark.parametrize("field", ["carved_bytes", "unused", "hole", "dropped"])
def test_carved_bytes_are_posted_or_have_an_owner(field):
    assert unbalanced(field).startswith("bytes carved for buffers ")


@pytest.mark.parametrize("field", ["filled_bytes", "carved_heads", "chunk_tail", "frag_offset"])
def test_filled_bytes_are_carved_or_left(field):
    assert unbalanced(field).startswith("bytes of chunks filled ")


@pytest.mark.parametrize("field", ["head_unused", "copy_heads"])
def test_the_bytes_of_heads_are_those_of_their_parts(field):
    assert unbalanced(field).startswith("bytes of heads ")


@pytest.mark.parametrize("field", ["ring_bytes", "slab_bytes", "skb_slab_bytes"])
def test_what_is_posted_and_in_the_slab_is_recounted(field):
    assert unbalanced(field).startswith(("ring_bytes ", "slab_bytes "))


@pytest.mark.parametrize("field", ["chunk_bytes", "skb_pages", "spare_pages"])
def test_chunk_bytes_are_those_alive(field):
    assert unbalanced(field).startswith("chunk_bytes ")


def test_held_bytes_are_those_that_skbs_refer_to():
    assert unbalanced("held_bytes").startswith("bytes that skbs hold ")


@pytest.mark.parametrize("field", ["delivered_bytes", "linear_bytes", "nonlinear_bytes"])
def test_delivered_bytes_are_linear_or_not(field):
    message = unbalanced(field)
    assert message.startswith("delivered bytes ")
    assert " linear " in message


@pytest.mark.parametrize("field", ["payload", "copy_small_bytes", "slab_skb_payload"])
def test_delivered_bytes_stand_somewhere(field):
    message = unbalanced(field)
    assert message.startswith("delivered bytes ")
    assert " in buffers " in message


def test_pages_of_a_big_ring_are_alive():
    assert unbalanced("chunk_bytes", "5.10/big").startswith("chunk_bytes ")
    assert unbalanced("head", "5.10/big").startswith("chunk_bytes ")


def test_the_error_has_the_sum_and_says_what_to_do():
    with pytest.raises(LedgerError) as error:
        balance("bytes", 1000, {"one": 400, "other": 599})
    assert isinstance(error.value, RxReplayError)
    assert str(error.value) == (
        "bytes 1,000 is not one 400 + other 599 = 999: a fault of the emulator, please report it "
        "with the capture"
    )
    balance("bytes", 1000, {"one": 400, "other": 600})
