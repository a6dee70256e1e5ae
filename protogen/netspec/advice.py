"""What to do about an error that ends a script: a missing module, a script for Python 2."""

from __future__ import annotations

import re
from collections.abc import Iterator

from protogen.diagnostics import ProtogenError, plural
from protogen.netspec.script import uses_of

__all__ = ["advice"]

#: Names that Python 2 has and Python 3 has not.
_OLD_NAMES = """
apply basestring buffer cmp coerce execfile file intern long raw_input reduce reload unichr
unicode xrange
"""
_OLD_MODULES = """
ConfigParser HTMLParser Queue StringIO Tkinter __builtin__ cPickle cStringIO commands copy_reg
httplib md5 urllib2 urlparse
"""

#: What Python 3 says of code that means something else in Python 2.
_OLD_CODE = re.compile(
    r"print|exec'|has_key|iter(items|keys|values)"
    r"|'dict_(keys|values|items)'|'(map|filter|zip|range)' object"
    r"|'float' object cannot be interpreted|must be an integer, got -?\d+\.\d+"
    r"|non-int of type 'float'|indices must be integers"
    r"|bytes-like object is required, not 'str'|leading zeros|multiple exception types"
    r"|not supported between instances of|inconsistent use of tabs|izip|maketrans|letters"
)

#: How many uses of a missing module are listed.
_LISTED = 5


def advice(error: BaseException, source: bytes, py2: bool) -> Iterator[str]:
    """Sentences about an error of a script; none if there is nothing to say."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        yield from _missing_module(error.name, source)
    if not py2 and _is_python2(error):
        yield "hint: if the script is for Python 2, --py2 runs it as that does"


def _missing_module(name: str, source: bytes) -> Iterator[str]:
    # The module caffe is there: a part of it that only a fork has is not.
    if name.startswith("caffe."):
        yield f'the module caffe of protogen has no "{name}"'
        return
    text = f'the module "{name}" is not installed'
    uses = uses_of(name, source)
    if uses:
        # What it takes from the module says whether the script can do without the module.
        listed = [f"{use} (line {line})" for use, line in uses[:_LISTED]]
        text += f"; the script uses {', '.join(listed)}"
    if len(uses) > _LISTED:
        text += f" and {plural(len(uses) - _LISTED, 'more use')}"
    yield text


def _is_python2(error: BaseException) -> bool:
    # A name or a module says it for certain; of other errors, the words have to.
    if isinstance(error, NameError):
        return error.name in _OLD_NAMES.split()
    if isinstance(error, ImportError):
        return error.name in _OLD_MODULES.split() or "attempted relative" in str(error)
    if isinstance(error, (AttributeError, SyntaxError, TypeError, ProtogenError)):
        return bool(_OLD_CODE.search(str(error)))
    return False
