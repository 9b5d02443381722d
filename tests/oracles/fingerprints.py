"""The digest of frames as docs/digest.md defines it, in plain Python."""

WORD, LOW = 2**64, 2**63
STRIPE = 128
FACTOR = 0x1E3779B97F4A7C15


def splitmix64(count):
    """Give the first outputs of SplitMix64 with state 0.  Source: Steele, Lea, Flood, 2014."""
    state = 0
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) % WORD
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % WORD
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % WORD
        yield z ^ (z >> 31)


KEYS = [word >> 1 for word in splitmix64(2 * STRIPE)]


def digest_of(frames):
    """Give the digest of pairs of length and time; None is the time of who has none."""
    frames = [(length, -(2**63) if time is None else time) for length, time in frames]
    sums = [
        sum(
            (a + KEYS[j]) * (b + KEYS[STRIPE + j])
            for j, (a, b) in enumerate(frames[i : i + STRIPE])
        )
        for i in range(0, len(frames), STRIPE)
    ]
    if len(frames) % STRIPE == 0:
        sums.append(0)
    value = 0
    for word in [*sums, len(frames)]:
        value = ((value ^ (value >> 32)) * FACTOR + word) % LOW
    return f"nh63:{value:016x}"
