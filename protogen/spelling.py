"""What a misspelled name was probably intended to be.

A wrong suggestion is worse than none, so a name is suggested only if it begins like the misspelled
one, and if no other name fits as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

__all__ = ["hidden_difference", "nearest", "shown"]

#: The words of a name: ``SoftmaxWithLoss``, ``kernel_size``, ``ROIPooling``, ``conv1``.
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

#: A letter typed for the digit that it looks like: ``P1O1``.
_O_FOR_ZERO = re.compile(r"(?<=\d)[oO](?=\d)")

#: Longer names are rare, and not kept.
_LONG = 300

#: More slips than these are no misspelling.
_MOST_SLIPS = 2

#: More than any number of slips that counts.
_NEVER = 1000

#: No shorter abbreviation of a word, or of a whole name, counts.
_SHORTEST_WORD, _SHORTEST_NAME = 3, 4

#: A shorter name with another number of words is not a slip: ``pads`` is not ``pad_h``.
_SHORTEST_JOINED = 5


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was most likely intended, or "" if none clearly was.

    In this order: the same letters (``relu``), a slip or two of typing (``kernal_size``), an
    abbreviation or another form of its words (``Conv``, ``padding``), a word left out
    (``SoftmaxLoss``).
    """
    written = _words(name)
    if not written:
        return ""
    # Whatever fits begins with the same letter, and looking for that first is the fastest way.
    initial = written[0][0]
    near = [other for other in known if _initial(other) == initial]
    candidates = {other: _words(other) for other in near}
    letters = _letters(written)
    for other, words in candidates.items():
        if _letters(words) == letters:
            return other
    # A later search finds names that have less in common.
    for search in (_fewest_slips, _same_beginning, _word_left_out):
        found = search(written, candidates)
        if found:
            return found
    return ""


def hidden_difference(name: str, other: str) -> str:
    """The characters in one of two names only that look like nothing or like a letter.

    As in ``"data" has U+200B ZERO WIDTH SPACE``; "" if the names differ visibly.
    """
    for one, two in ((name, other), (other, name)):
        hidden = _unseen_characters(one, two)
        if hidden:
            return f'"{one}" has {" and ".join(hidden)}'
    return ""


def _unseen_characters(name: str, other: str) -> list[str]:
    """The characters that the other name lacks and that may not be seen; ASCII can be seen."""
    found = []
    # Each once, in the order of the name.
    for character in dict.fromkeys(name):
        if character not in other and not character.isascii():
            found.append(_described(character))
    return found


def _described(character: str) -> str:
    """``U+200B ZERO WIDTH SPACE``; control characters have no name."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def _words(name: str) -> list[str]:
    if len(name) > _LONG:
        return _words_of(name)
    # One net asks for the words of the same names again and again.
    return _cached_words(name)


def _words_of(name: str) -> list[str]:
    words = [word.lower() for word in _WORD.findall(_O_FOR_ZERO.sub("0", name))]
    # As Caffe's classes are named: ConvolutionLayer.
    if len(words) > 1 and words[-1] == "layer":
        words.pop()
    return words


_cached_words = lru_cache(maxsize=4096)(_words_of)


def _initial(name: str) -> str:
    return name.lstrip("_")[:1].lower()


def _letters(words: Sequence[str]) -> str:
    return "".join(words)


# Slips of typing -------------------------------------------------------------------------------


def _fewest_slips(written: Sequence[str], candidates: dict[str, list[str]]) -> str:
    """The name with the fewest slips, if it is the only one."""
    slips: dict[str, float] = {}
    letters = _letters(written)
    for name, words in candidates.items():
        number = _slips(written, words)
        if number is not None:
            # An end left out is the likelier slip: typ is type, not top.
            has_same_start = _letters(words).startswith(letters)
            slips[name] = number - 0.5 * has_same_start
    return _only_least(slips)


def _only_least(numbers: Mapping[str, float]) -> str:
    """The name with the least number; "" if several have it, because no one is then the best."""
    if not numbers:
        return ""
    least = min(numbers.values())
    best = [name for name, number in numbers.items() if number == least]
    if len(best) > 1:
        return ""
    return best[0]


def _slips(written: Sequence[str], words: Sequence[str]) -> int | None:
    """How many slips turn one name into the other; ``None`` if too many for a misspelling."""
    if len(written) != len(words):
        return _joining_slip(_letters(written), _letters(words))
    # Word by word, so that two slips in a short word do not pass as two in a long name.
    total = 0
    for one, other in zip(written, words):
        number = _distance(one, other)
        if number > _tolerated(one):
            return None
        total += number
    if total > _MOST_SLIPS:
        return None
    return total


def _joining_slip(letters: str, other: str) -> int | None:
    """The number of slips, 0 or 1, in a name whose words are joined or split otherwise."""
    if len(letters) < _SHORTEST_JOINED:
        return None
    number = _distance(letters, other)
    if number > 1:
        return None
    return number


def _tolerated(word: str) -> int:
    """Of a short word too little remains after a slip: ``pad_x`` is not ``pad_h``."""
    if len(word) <= 2:
        return 0
    if len(word) <= 7:
        return 1
    return 2


def _distance(one: str, other: str) -> int:
    """Letters changed, left out, added or swapped with their neighbor. Digits have to agree.

    Exact up to 2; more than that is no slip, and any larger number says so. So only the places that
    are at most 2 apart are compared, which takes time linear in the length of the names.
    (source: Damerau 1964, as "optimal string alignment"; the band is that of Ukkonen 1985)
    """
    if one == other:
        return 0
    if abs(len(one) - len(other)) > _MOST_SLIPS:
        return _NEVER
    start = _common_beginning(one, other)
    end = _common_beginning(one[start:][::-1], other[start:][::-1])
    one, other = one[start : len(one) - end], other[start : len(other) - end]
    # Rows of the usual table, within the band: `row[j]` turns one[:i + 1] into other[:j + 1].
    before: dict[int, int] = {}
    above = _first_row(other)
    for i in range(len(one)):
        row = _next_row(one, i, other, above, before)
        # A swap looks two rows back, so it takes two rows to know that nothing is near any more.
        if min(row.values()) > _MOST_SLIPS < min(above.values()):
            return _NEVER
        before, above = above, row
    return above.get(len(other) - 1, _NEVER)


def _first_row(other: str) -> dict[int, int]:
    """What it takes to turn no letters into the first ones of a name."""
    row = {-1: 0}
    for j, letter in enumerate(other[:_MOST_SLIPS]):
        row[j] = row[j - 1] + _cost(letter)
    return row


def _next_row(
    one: str, i: int, other: str, above: dict[int, int], before: dict[int, int]
) -> dict[int, int]:
    """The row of the letter ``one[i]``, from the row above it and the one before that."""
    a = one[i]
    row = {}
    if i < _MOST_SLIPS:
        # All letters so far are left out.
        row[-1] = above[-1] + _cost(a)
    start = max(0, i - _MOST_SLIPS)
    end = min(len(other), i + _MOST_SLIPS + 1)
    for j in range(start, end):
        b = other[j]
        changed = above.get(j - 1, _NEVER) + _change(a, b)
        left_out = above.get(j, _NEVER) + _cost(a)
        added = row.get(j - 1, _NEVER) + _cost(b)
        row[j] = min(changed, left_out, added)
        has_neighbors = i > 0 and j > 0
        if has_neighbors and a == other[j - 1] and b == one[i - 1]:
            swapped = before.get(j - 2, _NEVER) + max(_cost(a), _cost(b))
            row[j] = min(row[j], swapped)
    return row


def _cost(letter: str) -> int:
    """Of leaving a letter out: ``conv4`` is another blob than ``conv``, not a misspelling."""
    if letter.isdigit():
        return _NEVER
    return 1


def _change(a: str, b: str) -> int:
    if a == b:
        return 0
    return max(_cost(a), _cost(b))


# Other forms of the words ----------------------------------------------------------------------


def _same_beginning(written: Sequence[str], candidates: dict[str, list[str]]) -> str:
    """The shortest name with forms of the same words, if all others continue it."""
    if len(_letters(written)) < _SHORTEST_NAME:
        return ""
    found: dict[str, str] = {}
    for name, words in candidates.items():
        if _are_forms_of(written, words):
            found.setdefault(_letters(words), name)
    if not found:
        return ""
    # Conv is a form of Convolution and of Convolution3D, and the first is clearly the better one.
    shortest = min(found, key=len)
    for letters in found:
        if not letters.startswith(shortest):
            return ""
    return found[shortest]


def _are_forms_of(written: Sequence[str], words: Sequence[str]) -> bool:
    """Whether each word is equal to the other name's, or a form of it."""
    if len(words) != len(written):
        return False
    alone = len(words) == 1
    for one, other in zip(written, words):
        is_form = one == other or _is_form_of(one, other, alone)
        if not is_form:
            return False
    return True


def _is_form_of(word: str, other: str, alone: bool) -> bool:
    """Whether one is an abbreviation of the other, or both have nearly all letters in common.

    A word that is ``alone`` has no others to confirm it, and needs more in common.
    """
    # Another number is another thing: conv1 and conv10.
    if not word.isalpha() or not other.isalpha():
        return False
    if _stem(word) == _stem(other):
        return True
    if other.startswith(word):
        return len(word) >= _SHORTEST_WORD
    common = _common_beginning(word, other)
    if common < 4:
        return False
    if common < len(other):
        return common >= 0.6 * max(len(word), len(other))
    # "Concatenation" for Concat, but not "Expand" for Exp.
    if alone:
        return common >= 0.45 * len(word)
    return True


def _stem(word: str) -> str:
    """``pad`` for ``padding``."""
    stem = word.removesuffix("ing")
    if stem == word or len(stem) <= _SHORTEST_WORD:
        return stem
    # English doubles the last letter before -ing.
    if stem[-1] == stem[-2]:
        return stem[:-1]
    return stem


def _common_beginning(one: str, other: str) -> int:
    length = 0
    for a, b in zip(one, other):
        if a != b:
            break
        length += 1
    return length


# Words left out --------------------------------------------------------------------------------


def _word_left_out(written: Sequence[str], candidates: dict[str, list[str]]) -> str:
    """The name with the same first word that has all words in this order, and fewest others."""
    letters = len(_letters(written))
    if letters < _SHORTEST_NAME:
        return ""
    found = {}
    for name, words in candidates.items():
        # One word of several says too little: "Dense" is not DenseCRF.
        if len(written) == 1 and words[1:] != ["param"]:
            continue
        # Nor do words that are less than half of the name.
        if 2 * letters > len(_letters(words)) and _are_in_order(written, words):
            found[name] = len(words)
    return _only_least(found)


def _are_in_order(written: Sequence[str], words: Sequence[str]) -> bool:
    """Whether all words are in the name in this order, and its first word is the first of them."""
    if written[0] != words[0]:
        return False
    # Each `in` takes words from the iterator up to the one that it finds.
    rest = iter(words)
    return all(word in rest for word in written)


#: The most characters of a value in a message.
_MOST_SHOWN = 200

#: In the text of an object without another one: ``<object object at 0x7f2c9e1bbc30>``.
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def shown(value: object) -> str:
    """A value of any type as a message shows it: as Python writes it, but short, and always alike.

    Without addresses of objects, which differ in every run.
    """
    try:
        text = repr(value)
    # `__repr__` may be third-party code, which may raise anything.
    except Exception:
        text = f"<{type(value).__name__}>"
    text = _ADDRESS.sub("", text)
    if len(text) > _MOST_SHOWN:
        text = f"{text[: _MOST_SHOWN // 2]}...{text[-_MOST_SHOWN // 2 :]}"
    return text
