"""Numbers for people: exact with commas, in short as ``1.05 G``, and bytes as ``16.0 MiB``."""

from __future__ import annotations

from protogen.reports.totals import Total

__all__ = ["bytes_text", "exact_and_short", "share_bar", "short"]

_DECIMAL = ("", " K", " M", " G", " T", " P")
_BINARY = (" B", " KiB", " MiB", " GiB", " TiB", " PiB")

#: Parts of a block, an eighth each.
_EIGHTHS = " ▏▎▍▌▋▊▉"


def short(number: int) -> str:
    """Three digits and a unit: ``724 M``, ``1.05 G``."""
    return _scaled(number, 1000, _DECIMAL)


def bytes_text(size: Total) -> str:
    """``16.0 MiB``; a lower bound says so."""
    if not size.exact and not size:
        return "?"
    text = _scaled(size, 1024, _BINARY)
    if size.exact:
        return text
    return f"at least {text}"


def exact_and_short(number: Total) -> str:
    """``1,050,000 (1.05 M)``; a number below a thousand is short enough."""
    if number < 1000:
        return number.text
    return f"{number.text} ({short(number)})"


def _scaled(number: int, base: int, units: tuple[str, ...]) -> str:
    scaled, power = float(number), 0
    # The last unit takes whatever is larger.
    while _rounded(scaled) >= base and power + 1 < len(units):
        scaled /= base
        power += 1
    if not power:
        return f"{int(number):,}{units[0]}"
    decimals = max(0, 3 - len(str(int(_rounded(scaled)))))
    return f"{scaled:.{decimals}f}{units[power]}"


def _rounded(number: float) -> float:
    """The number to three digits, so that 999,999 is 1.00 M, not 1000 K."""
    # The whole part has more than three digits then, and all of them count.
    if number >= 1000:
        return round(number)
    return float(f"{number:.3g}")


def share_bar(part: int, whole: int, width: int = 10) -> str:
    """``37.6 % ███▊``, a bar of so many columns at the most."""
    if not whole:
        return ""
    eighths = round(8 * width * part / whole)
    bar = "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
    return f"{100 * part / whole:4.1f} % {bar}".rstrip()
