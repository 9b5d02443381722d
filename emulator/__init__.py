"""Lengths in, memory out: the receive path of virtio_net, with no file and no packet in sight.

A queue posts buffers cut from chunks; a frame takes the oldest; the driver makes an skb of them and
hands it up; a poll ends with the refill test. The laws that every run keeps:

1. A chunk lives while a posted buffer, an skb or a cursor refers to it, and no longer.
2. Carved bytes = bytes still posted + the owners of the consumed buffers.
3. Chunk bytes filled = carved bytes + tails that nobody got + what the cursors have left.
4. Head bytes = payload + headroom + shared info + unused.
5. Delivered bytes = linear + nonlinear bytes.

What differs between kernels is a row in `eras`, what a mode makes of it a function in `layouts`,
and how a mode receives a module in `strategies`.
"""

from .figures import Figures
from .receiver import Receiver, receive
from .strategies import STRATEGIES, Strategy, strategy
from .strategies.knobs import Knob

__all__ = ["STRATEGIES", "Figures", "Knob", "Receiver", "Strategy", "receive", "strategy"]
