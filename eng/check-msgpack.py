"""Reads snapshots that the tests wrote with a MessagePack reader that is not ours, and compares them with what must be in them.

Usage: check-msgpack.py LISTING, the listing.json that PythonListingTests writes. Needs python3-msgpack.
"""

import base64
import gzip
import json
import pathlib
import sys

import msgpack

GO_FIELDS = {"value", "expires_at", "blob_ref"}


class Mismatch(Exception):
    pass


def expect(condition, message):
    if not condition:
        raise Mismatch(message)


def unpack(data):
    """Exactly one value, with text that is not UTF-8 kept apart, and the timestamps that Go writes."""
    return msgpack.unpackb(
        data,
        raw=False,
        strict_map_key=False,
        unicode_errors="surrogateescape",
        timestamp=0,
    )


def expand(path):
    data = path.read_bytes()
    if path.suffix == ".gz":
        # Every member's checksum and length is verified by the reader.
        return gzip.decompress(data), data
    return data, None


def crc32c(data):
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    crc = 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def load(path):
    """A snapshot as {key: (value bytes, expiry, blob reference)}."""
    data, _ = expand(path)
    is_json = ".json" in path.name
    top = json.loads(data) if is_json else unpack(data)
    expect(top["version"] == 2, f"version is {top['version']!r}")
    entries = {}
    for key, entry in top["data"].items():
        expect(GO_FIELDS <= set(entry), f"key {key!r} lacks a field that Go needs: {sorted(entry)}")
        value = base64.b64decode(entry["value"], validate=True) if is_json else entry["value"]
        expect(isinstance(value, bytes) and value, f"key {key!r}: the value is {type(value).__name__}, Go needs bin")
        entries[key] = (value, entry["expires_at"], entry["blob_ref"])
    return entries, top, data


def check_checksum(path, top, data):
    """Uncompressed MessagePack ends with a CRC-32C of all bytes before the name of that field."""
    if path.suffix == ".msgpack" and "checksum" in top:
        name = data.rindex(b"\xa8checksum")
        expect(crc32c(data[:name]) == top["checksum"], "the checksum is not the CRC-32C of the bytes before it")


def decoded(kind, value, is_json):
    if is_json:
        result = json.loads(value)
        return base64.b64decode(result).hex() if kind == "bytes" else result
    result = unpack(value)
    return result.hex() if kind == "bytes" else result


def check_values(folder, case):
    path = folder / case["snapshot"]
    entries, top, data = load(path)
    check_checksum(path, top, data)
    is_json = ".json" in path.name
    expect(len(entries) == len(case["entries"]), f"{len(entries)} entries instead of {len(case['entries'])}")
    for expected in case["entries"]:
        key = expected["key"]
        expect(key in entries, f"key {key!r} is missing")
        value, expires, blob = entries[key]
        found = decoded(expected["type"], value, is_json)
        wanted = int(expected["value"]) if expected["type"] == "int" else expected["value"]
        expect(type(found) is type(wanted) and found == wanted, f"key {key!r} holds {found!r} instead of {wanted!r}")
        expect(expires == int(expected["expiresAtUnixNano"]), f"key {key!r} expires at {expires}")
        expect(blob == "", f"key {key!r} refers to blob {blob!r}")
    return len(entries)


def check_rewritten(folder, case):
    path = folder / case["snapshot"]
    ours, top, data = load(path)
    check_checksum(path, top, data)
    theirs, _, _ = load(pathlib.Path(case["original"]))
    now = int(case["asOfUnixNano"])
    # What is dead when a snapshot is written is left out of it; Go writes it until its sweep comes.
    live = {key: entry for key, entry in theirs.items() if entry[1] == 0 or entry[1] > now}
    expect(set(ours) == set(live), f"other keys: {sorted(set(ours) ^ set(live))[:5]!r}")
    for key, entry in live.items():
        expect(ours[key] == entry, f"key {key!r}: {ours[key]!r} instead of {entry!r}")
    return len(ours)


def main():
    listing_path = pathlib.Path(sys.argv[1])
    listing = json.loads(listing_path.read_text(encoding="utf-8"))
    entries = 0
    failed = 0
    for check, cases in ((check_values, listing["values"]), (check_rewritten, listing["rewritten"])):
        expect(cases, "the listing is empty")
        for case in cases:
            try:
                entries += check(listing_path.parent, case)
            except (Mismatch, ValueError, KeyError, EOFError, OSError, msgpack.UnpackException) as problem:
                failed += 1
                print(f"{case['snapshot']}: {type(problem).__name__}: {problem}"[:500], file=sys.stderr)
    snapshots = len(listing["values"]) + len(listing["rewritten"])
    print(f"{snapshots} snapshots with {entries} entries read by msgpack {'.'.join(map(str, msgpack.version))}, {failed} of them wrong")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
