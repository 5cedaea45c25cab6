"""The other side of PythonDifferentialTests: a MessagePack that is not ours writes generated values and reads what ours wrote.

Usage: msgpack-differential.py describe VALUES LINES       says in LINES what each of VALUES is
       msgpack-differential.py generate SEED COUNT VALUES LINES   makes values, and says in LINES what each is

VALUES holds each value's bytes behind their length, four bytes big-endian. LINES has one line a value, in the words of `describe`.
Needs python3-msgpack.
"""

import math
import random
import struct
import sys

import msgpack

DEEPEST = 60


class Raw(bytes):
    """Bytes that are written as a string, as a Go string may hold them."""


def describe(value):
    if value is None:
        return "nil"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return f"int {value}"
    if isinstance(value, float):
        return "float nan" if math.isnan(value) else "float " + struct.pack(">d", value).hex()
    if isinstance(value, Raw):
        return "str " + value.hex()
    if isinstance(value, str):
        return "str " + value.encode("utf-8", "surrogateescape").hex()
    if isinstance(value, bytes):
        return "bin " + value.hex()
    if isinstance(value, msgpack.Timestamp):
        return f"time {value.seconds}.{value.nanoseconds}"
    if isinstance(value, msgpack.ExtType):
        return f"ext {value.code} {value.data.hex()}"
    if isinstance(value, list):
        return "[" + ", ".join(describe(item) for item in value) + "]"
    return "{" + ", ".join(f"{describe(key)}: {describe(item)}" for key, item in value.items()) + "}"


def unpack(data):
    return msgpack.unpackb(data, raw=False, strict_map_key=False, unicode_errors="surrogateescape", timestamp=0)


def frames(path):
    with open(path, "rb") as file:
        while head := file.read(4):
            yield file.read(int.from_bytes(head, "big"))


def describe_all(values, lines):
    with open(lines, "w", encoding="ascii") as output:
        for data in frames(values):
            output.write(describe(unpack(data)) + "\n")


INTEGER_EDGES = [
    edge + step
    for bits in (5, 7, 8, 15, 16, 31, 32, 53, 63)
    for edge in (1 << bits, -(1 << bits))
    for step in (-1, 0, 1)
    if -(1 << 63) <= edge + step < 1 << 64
] + [0, (1 << 64) - 1]
LENGTH_EDGES = [0, 1, 31, 32, 255, 256, 257]
LONG_EDGES = [65535, 65536]
FLOATS = [0.0, -0.0, 1.5, 5e-324, 1.7976931348623157e308, math.inf, -math.inf, math.nan, 0.1]
SECONDS = [0, 1, (1 << 32) - 1, 1 << 32, (1 << 34) - 1, 1 << 34, -1, -62135596800, 253402300799]


def length(draw):
    return draw.choice(LENGTH_EDGES) if draw.random() < 0.3 else draw.randrange(24)


def text(draw):
    return "".join(draw.choice("aé語\U0001f600\0\"\\") for _ in range(length(draw)))


def timestamp(draw):
    seconds = draw.choice(SECONDS) if draw.random() < 0.5 else draw.randrange(-(1 << 40), 1 << 40)
    nanoseconds = draw.choice([0, 1, 100, 999_999_999, draw.randrange(1_000_000_000)])
    return msgpack.Timestamp(seconds, nanoseconds)


def scalar(draw):
    kind = draw.randrange(12)
    if kind == 0:
        return draw.choice([None, True, False])
    if kind <= 3:
        return draw.choice(INTEGER_EDGES) if draw.random() < 0.6 else draw.randrange(-(1 << 63), 1 << 64)
    if kind <= 5:
        return draw.choice(FLOATS) if draw.random() < 0.5 else struct.unpack(">d", draw.randbytes(8))[0]
    if kind <= 7:
        return text(draw)
    if kind == 8:
        return draw.randbytes(length(draw))
    if kind == 9:
        return timestamp(draw)
    if kind == 10:
        return Raw(draw.randbytes(length(draw)))
    return msgpack.ExtType(draw.randrange(128), draw.randbytes(draw.choice([0, 1, 2, 3, 4, 8, 16, 17, 255, 256])))


def key(draw):
    kind = draw.randrange(10)
    return draw.choice(INTEGER_EDGES) if kind == 0 else draw.randbytes(3) if kind == 1 else text(draw)


def tree(draw, depth):
    kind = draw.randrange(10)
    if depth >= 5 or kind < 6:
        return scalar(draw)
    if kind < 8:
        return [tree(draw, depth + 1) for _ in range(draw.choice([0, 1, 3, 15, 16]) if depth < 2 else draw.randrange(4))]
    return {key(draw): tree(draw, depth + 1) for _ in range(draw.choice([0, 1, 3, 15, 16, 17]) if depth < 2 else draw.randrange(4))}


def nested(draw):
    value = scalar(draw)
    for _ in range(draw.randrange(1, DEEPEST)):
        value = [value] if draw.random() < 0.5 else {text(draw): value}
    return value


def rare(draw):
    """What is long: each once in a while."""
    count = draw.choice(LONG_EDGES)
    kind = draw.randrange(5)
    if kind == 0:
        return "x" * count
    if kind == 1:
        return draw.randbytes(count)
    if kind == 2:
        return [None] * count
    if kind == 3:
        return {str(i): i for i in range(count)}
    return msgpack.ExtType(5, draw.randbytes(count))


def has(value, kind):
    if isinstance(value, list):
        return any(has(item, kind) for item in value)
    if isinstance(value, dict):
        return any(has(name, kind) or has(item, kind) for name, item in value.items())
    return type(value) is kind


def strings(value):
    """The same value with its bytes as strings, which is how they are packed without use_bin_type."""
    if isinstance(value, list):
        return [strings(item) for item in value]
    if isinstance(value, dict):
        return {strings(name): strings(item) for name, item in value.items()}
    return Raw(value) if isinstance(value, bytes) else value


def singles(value):
    """The same value with its floats as they are when packed in four bytes."""
    if isinstance(value, list):
        return [singles(item) for item in value]
    if isinstance(value, dict):
        return {name: singles(item) for name, item in value.items()}
    return struct.unpack(">f", struct.pack(">f", value))[0] if isinstance(value, float) else value


def fits_singles(value):
    try:
        singles(value)
        return True
    except OverflowError:
        return False


def generate_all(seed, count, values, lines):
    draw = random.Random(seed)
    with open(values, "wb") as output, open(lines, "w", encoding="ascii") as listing:
        for index in range(count):
            value = rare(draw) if index % 200 == 199 else nested(draw) if index % 10 == 9 else tree(draw, 0)
            # A packer writes all bytes as binaries or all as strings, and all floats in one width.
            as_strings = has(value, Raw)
            value = strings(value) if as_strings else value
            as_singles = draw.random() < 0.3 and fits_singles(value)
            value = singles(value) if as_singles else value
            data = msgpack.packb(value, use_bin_type=not as_strings, use_single_float=as_singles)
            output.write(len(data).to_bytes(4, "big") + data)
            listing.write(describe(value) + "\n")


def main(arguments):
    if arguments[0] == "describe":
        describe_all(*arguments[1:])
    else:
        generate_all(int(arguments[1]), int(arguments[2]), *arguments[3:])


if __name__ == "__main__":
    main(sys.argv[1:])
