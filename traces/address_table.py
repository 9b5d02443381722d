"""A table of Ethernet addresses that cannot grow, and the choice of a guest's frames."""

from rxreplay._jit import kernel

from .packets import DST, NO_ADDRESS, RUN, SRC, Int64s, Mask, Record, Word

KEY, TO, FROM = range(3)
USED, OTHER = range(2)  # slots that are used, packets that found no room
SLOTS = 8192  # twice the addresses that are told apart, so that a search is short
ADDRESSES = SLOTS // 2
SEARCHED = 256  # slots at most, for addresses that somebody has made to want the same one
FULL = -1

MULTICAST = 1 << 40  # the group bit; broadcast has it too
HASH = 0x9E3779B1


@kernel
def is_group(mac: Word) -> bool:
    """Say whether a destination is broadcast or multicast."""
    return (mac & MULTICAST) != 0


@kernel
def slot_of(table: Int64s, counters: Int64s, mac: Word) -> Word:
    """Find or make the slot of an address; `FULL` where the table, or its part of it, is."""
    slot = (((mac ^ (mac >> 24)) & 0xFFFFFFF) * HASH >> 16) & (SLOTS - 1)
    last = slot + SEARCHED
    while table[slot & (SLOTS - 1), KEY] != mac:
        if table[slot & (SLOTS - 1), KEY] == NO_ADDRESS:
            if counters[USED] >= ADDRESSES:
                return FULL
            table[slot & (SLOTS - 1), KEY] = mac
            counters[USED] += 1
            break
        slot += 1
        if slot == last:
            return FULL
    return slot & (SLOTS - 1)


@kernel
def count_pair(table: Int64s, counters: Int64s, dst: Word, src: Word, packets: Word) -> None:
    """Count packets of one pair of addresses, once as others where one of them finds no room."""
    other: Word = 0
    if dst >= 0 and not is_group(dst):
        slot = slot_of(table, counters, dst)
        if slot == FULL:
            other = packets
        else:
            table[slot, TO] += packets
    if src >= 0 and not is_group(src):
        slot = slot_of(table, counters, src)
        if slot == FULL:
            other = packets
        else:
            table[slot, FROM] += packets
    counters[OTHER] += other


@kernel
def count_addresses(dst: Int64s, src: Int64s, table: Int64s, counters: Int64s) -> None:
    """Count who is talked to and who talks."""
    start = 0
    for i in range(1, dst.size + 1):
        if i < dst.size and dst[i] == dst[start] and src[i] == src[start]:
            continue  # a run of one pair is counted at once
        count_pair(table, counters, dst[start], src[start], i - start)
        start = i


@kernel
def count_runs(columns: Int64s, walk: Record, table: Int64s, counters: Int64s) -> None:
    """Count the addresses that a walk has written into `columns`, run by run."""
    runs, count = walk["runs"], walk["count"]
    for run in range(runs):
        start = columns[RUN, run]
        end = columns[RUN, run + 1] if run + 1 < runs else count
        count_pair(table, counters, columns[DST, run], columns[SRC, run], end - start)


@kernel
def is_in(macs: Int64s, mac: Word) -> bool:
    """Search a sorted array."""
    low, high = 0, macs.size
    while low < high:
        middle = (low + high) >> 1
        if macs[middle] < mac:
            low = middle + 1
        else:
            high = middle
    return low < macs.size and macs[low] == mac


@kernel
def guest_mask(dst: Int64s, src: Int64s, guest_macs: Int64s, mask: Mask) -> None:
    """Mark the records that reach a guest; `guest_macs` is sorted."""
    kept = False
    for i in range(dst.size):
        if i == 0 or dst[i] != dst[i - 1] or src[i] != src[i - 1]:
            kept = is_in(guest_macs, dst[i])
            if dst[i] >= 0 and is_group(dst[i]) and src[i] >= 0:
                kept = kept or not is_in(guest_macs, src[i])
        mask[i] = kept
