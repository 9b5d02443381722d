"""A BPF machine in plain Python, as bpf_filter.c of libpcap has it; slow, and easy to follow."""

MODULO = 2**32


class RejectedError(Exception):
    """A load from beyond the captured bytes, a division by zero, or too many turns."""


def run(program, packet, wire_len):
    """Give what the program returns; rows are code, jt, jf, k."""
    try:
        return Machine(packet, wire_len).run(program)
    except RejectedError:
        return 0


class Machine:
    def __init__(self, packet, wire_len):
        self.packet, self.wire_len = packet, wire_len
        self.a = self.x = 0
        self.memory = [0] * 16
        self.turns = 0

    def run(self, program):
        at = 0
        while True:
            code, jt, jf, k = program[at]
            at += 1
            kind = code & 0x07
            if kind == 0:
                self.a = self.loaded(code, k)
            elif kind == 1:
                self.x = self.loaded(code, k)
            elif kind == 2:
                self.memory[k] = self.a
            elif kind == 3:
                self.memory[k] = self.x
            elif kind == 4:
                self.a = self.reckoned(code & 0xF0, self.x if code & 8 else k) % MODULO
            elif kind == 5 and code == 0x05:
                distance = k - MODULO if k >= MODULO // 2 else k
                self.turn(distance)
                at += distance
            elif kind == 5:
                at += jt if self.holds(code & 0xF0, self.x if code & 8 else k) else jf
            elif kind == 6:
                return self.a if code & 0x10 else k
            elif code & 0x80:
                self.a = self.x
            else:
                self.x = self.a

    def turn(self, distance):
        """Count a jump back; libpcap does not, but its own loops pass a header each time."""
        self.turns += distance < 0
        if self.turns > len(self.packet):
            raise RejectedError

    def loaded(self, code, k):
        mode, size = code & 0xE0, {0x00: 4, 0x08: 2, 0x10: 1}[code & 0x18]
        if mode == 0x00:
            return k
        if mode == 0x20:
            return self.bytes_at(k, size)
        if mode == 0x40:
            return self.bytes_at(self.x + k, size)
        if mode == 0x60:
            return self.memory[k]
        if mode == 0x80:
            return self.wire_len
        return 4 * (self.bytes_at(k, 1) & 15)

    def bytes_at(self, offset, size):
        if offset + size > len(self.packet):
            raise RejectedError
        return int.from_bytes(self.packet[offset : offset + size], "big")

    def reckoned(self, op, operand):
        if op in (0x30, 0x90) and operand == 0:
            raise RejectedError
        return {
            0x00: lambda: self.a + operand,
            0x10: lambda: self.a - operand,
            0x20: lambda: self.a * operand,
            0x30: lambda: self.a // operand,
            0x40: lambda: self.a | operand,
            0x50: lambda: self.a & operand,
            0x60: lambda: self.a << operand if operand < 32 else 0,
            0x70: lambda: self.a >> operand if operand < 32 else 0,
            0x80: lambda: -self.a,
            0x90: lambda: self.a % operand,
            0xA0: lambda: self.a ^ operand,
        }[op]()

    def holds(self, op, operand):
        if op == 0x10:
            return self.a == operand
        if op == 0x20:
            return self.a > operand
        if op == 0x30:
            return self.a >= operand
        return self.a & operand != 0
