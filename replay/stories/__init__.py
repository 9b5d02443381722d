"""The stories of packets: a replay that stops to look, and what it saw, in words and numbers."""
