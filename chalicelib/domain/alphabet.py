"""An alphabet for what people copy and read aloud: temporary passwords, recovery codes, references.

No vowels (no words by accident) and no look-alikes (no 0/o, 1/i/l, u/v): 28 characters, 4.8 bits each.
"""

UNMISTAKABLE = "23456789bcdfghjkmnpqrstvwxyz"

_SPARE_BITS = 64


def encode(random_bytes: bytes, length: int) -> str:
    """So many characters of the alphabet, from random bytes, the same for the same bytes.

    The bytes are read as one number and its digits to the base 28 taken. With at least 64 bits more
    than the characters hold, no spelling is likelier than another by more than one part in 2**64.
    """
    base = len(UNMISTAKABLE)
    if 8 * len(random_bytes) < (base**length).bit_length() + _SPARE_BITS:
        raise ValueError("too few random bytes")
    number, characters = int.from_bytes(random_bytes, "big"), []
    for _ in range(length):
        number, digit = divmod(number, base)
        characters.append(UNMISTAKABLE[digit])
    return "".join(characters)


def grouped(characters: str, size: int) -> str:
    """The characters in groups of one size, with dashes between."""
    return "-".join(characters[start : start + size] for start in range(0, len(characters), size))
