"""What is remembered behind the driver: the dtypes of its records."""

import numpy as np

from .abi import MAX_SKB_FRAGS
from .state import _fields

# Rows of what is known of packets, each beside its skb.
INTO, REACH, NEEDS = range(3)
# INTO: the place of the skb that it is merged into; its own where it begins one.
# REACH: bytes from the frame's start that the stack reads as headers; 0: they are not known.
# NEEDS: bytes that the driver makes linear where the device left the checksum to the guest.

AGGREGATE = np.dtype(
    _fields("frame", "linear", "truesize", "nr_frags", "frag_list", "last_frags", "segments")
)
"""An skb on its way up: `last_frags` are those of the last one on its frag_list, or its own."""

STACK = np.dtype(
    [
        *_fields("merged_as_frags", "merged_as_heads", "merged_on_frag_list"),
        *_fields("merged_header_bytes", "freed_truesize_bytes"),
        *_fields("pulled_bytes", "pulled_packets", "headers_linear_packets", "unread_packets"),
        *_fields("skbs", "truesize_bytes", "linear_bytes", "nonlinear_bytes", "linear_skbs"),
        *_fields("frag_list_skbs"),
        ("nr_frags", "i8", (MAX_SKB_FRAGS + 1,)),
    ]
)
"""What was counted behind the driver."""
