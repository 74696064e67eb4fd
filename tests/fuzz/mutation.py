"""Damage, as hypothesis draws it."""

from hypothesis import strategies as st

ODD = st.sampled_from([0, 1, 0x0F, 0x10, 0x20, 0x7F, 0x80, 0x90, 0xBF, 0xFF]) | st.integers(0, 255)


@st.composite
def damaged(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """One of `seeds` with bytes changed, taken out, put in, repeated, and perhaps cut."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 8))):
        place = draw(st.integers(0, max(0, len(data) - 1)))
        length = draw(st.integers(1, 12))
        match draw(st.sampled_from(["change", "take", "put", "repeat", "cut"])):
            case "change" if data:
                data[place] = draw(ODD)
            case "take":
                del data[place : place + length]
            case "put":
                data[place:place] = draw(st.binary(max_size=length))
            case "repeat":
                data[place:place] = data[place : place + 4 * length]
            case "cut" if draw(st.booleans()):
                del data[place:]
    return bytes(data)
