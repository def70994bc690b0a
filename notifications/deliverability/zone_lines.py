"""Records as they are written into a zone (RFC 1035, section 5.1)."""

from __future__ import annotations

MOST_BYTES = 255  # of one string in a TXT record (RFC 1035, section 3.3.14)


def txt_line(name: str, text: str) -> str:
    """A TXT record; a long text is several strings, which readers join again."""
    data = text.encode()
    parts = [data[start : start + MOST_BYTES] for start in range(0, len(data), MOST_BYTES)] or [b""]
    quoted = " ".join(f'"{"".join(map(_escaped, part))}"' for part in parts)
    return f"{name}. IN TXT {f'({quoted})' if len(parts) > 1 else quoted}"


def mx_line(name: str, host: str) -> str:
    return f"{name}. IN MX 10 {host}."


def ptr_line(reverse: str, host: str) -> str:
    return f"{reverse}. IN PTR {host}."


def address_line(host: str, address: str) -> str:
    return f"{host}. IN {'AAAA' if ':' in address else 'A'} {address}"


def _escaped(byte: int) -> str:
    if chr(byte) in '"\\':
        return f"\\{chr(byte)}"
    return chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03}"
