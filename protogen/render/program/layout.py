"""A program as Python source: names for blobs and parameters, constants, and lines that fit."""

from __future__ import annotations

import builtins
import keyword
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from protogen.diagnostics import escaped
from protogen.render.program.nodes import (
    ABSENT,
    Atoms,
    Call,
    Code,
    Fields,
    Function,
    Items,
    Loop,
    Node,
    Program,
    Text,
    Times,
    Var,
    Word,
    is_complex,
    variables,
)

__all__ = ["Layout", "comment_line", "lines_of", "quoted", "value_text", "wrapped"]

#: The length of a line.
_WIDTH = 100

#: Names that a program uses by itself.
_RESERVED = {"L", "Net", "Blob", "blocks", "fillers", "net", "self"} | set(dir(builtins))

#: Short names for the types of which functions are named.
_SHORT = {
    "Convolution": "conv",
    "InnerProduct": "fc",
    "BatchNorm": "bn",
    "Pooling": "pool",
    "Deconvolution": "deconv",
    "SoftmaxWithLoss": "loss",
}


@dataclass
class Layout:
    """The parts of a program as text."""

    constants: list[str] = field(default_factory=list)
    functions: list[list[str]] = field(default_factory=list)
    main: list[str] = field(default_factory=list)


def lines_of(program: Program) -> Layout:
    """The program as lines, each part by itself."""
    return _Writer(program).layout()


# Names -----------------------------------------------------------------------------------------


class _Names:
    """Identifiers, each of which is given once."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = set(taken)

    def new(self, wanted: str) -> str:
        """An identifier like the wanted name."""
        stem = re.sub(r"\W+", "_", wanted, flags=re.ASCII).strip("_").lower() or "blob"
        if stem[0].isdigit():
            stem = f"blob_{stem}"
        name, number = stem, 2
        while name in self.taken or keyword.iskeyword(name) or name in _RESERVED:
            name = f"{stem}_{number}"
            number += 1
        self.taken.add(name)
        return name


class _Writer:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.names = _Names(set())
        self.constants: dict[Any, str] = {}
        self.values: dict[Any, str] = {}
        self.function_names: dict[str, str] = {}
        self.functions = {function.name: function for function in program.functions}
        #: The names of each function's parameters, as its own lines have them.
        self.parameter_names: dict[str, dict[int, str]] = {}

    def layout(self) -> Layout:
        layout = Layout()
        self._name_functions()
        layout.constants = list(self._find_constants())
        ordered = _callees_first(self.program.functions)
        layout.functions = [_Body(self, function).function_lines() for function in ordered]
        layout.main = _Body(self, None).main_lines(self.program.main)
        return layout

    def _name_functions(self) -> None:
        for function in self.program.functions:
            self.function_names[function.name] = self.names.new(self._function_name(function))

    def _function_name(self, function: Function) -> str:
        """A name by what the layers are called or, for short functions, by their types."""
        types = list(dict.fromkeys(function.types))
        if len(types) <= 3 and len(function.types) <= 4:
            return "_".join(_short(each) for each in function.types)
        stem = self._common_stem(function)
        return stem or f"{_short(function.types[0])}_block"

    def _common_stem(self, function: Function) -> str:
        """The letters with which the first text argument of all calls begins."""
        if not function.parameters:
            return ""
        key = function.parameters[0]
        texts = []
        for body in self.program.bodies():
            for statement in body:
                calls = statement.calls if isinstance(statement, Loop) else [statement]
                for call in calls:
                    if call.function == function.name and isinstance(call.args[key], Text):
                        atoms = call.args[key].atoms
                        texts.append("".join(a for a in atoms if isinstance(a, str)))
        texts = [text for text in texts if text]
        if not texts:
            return ""
        match = re.match(r"[A-Za-z][A-Za-z_]+", _common_prefix(texts))
        return match[0].strip("_") if match else ""

    # Constants -------------------------------------------------------------------------------

    def _find_constants(self) -> Iterator[str]:
        """The settings that several calls have in common."""
        groups: Counter[Any] = Counter()
        types: dict[Any, str] = {}
        for call in self._templates():
            group = _settings(call)
            if group:
                groups[group] += 1
                types.setdefault(group, call.types[0] if call.types else "settings")
        for group, number in groups.items():
            text = self._dict_text(group)
            if number > 1 and len(text) > 24:
                name = self.names.new(_short(types[group])).upper()
                self.names.taken.add(name)
                self.constants[group] = name
                yield from wrapped(f"{name} = dict(", self._pieces(group), ")")

    def _templates(self) -> Iterator[Call]:
        for body in self.program.bodies():
            for statement in body:
                call = statement.template if isinstance(statement, Loop) else statement
                if not call.raw:
                    yield call

    def _dict_text(self, group: Any) -> str:
        return f"dict({', '.join(self._pieces(group))})"

    def _pieces(self, group: Any) -> list[str]:
        return [f"{key}={value_text(value, {})}" for key, value in group]


def _settings(call: Call) -> Any:
    """The arguments of a layer that are more than a scalar and do not vary."""
    if call.raw or not call.function.startswith(("L.", "blocks.")):
        return ()
    found = []
    for key, value in call.args.items():
        is_setting = is_complex(value) and key not in ("top", "tops", "num_output", "name")
        if is_setting and not variables(value) and not _is_splatted(key):
            found.append((key, value))
    return tuple(found)


def _is_splatted(key: str) -> bool:
    """Whether a keyword must be given in a dict, because Python has a word like it."""
    return keyword.iskeyword(key)


def _short(layer_type: str) -> str:
    return _SHORT.get(layer_type, layer_type.lower())


def _common_prefix(texts: Sequence[str]) -> str:
    first, last = min(texts), max(texts)
    for index, letter in enumerate(first):
        if index >= len(last) or last[index] != letter:
            return first[:index]
    return first


def _callees_first(functions: Sequence[Function]) -> list[Function]:
    by_name = {function.name: function for function in functions}
    found: dict[str, Function] = {}

    def visit(function: Function) -> None:
        for statement in function.body:
            call = statement.template if isinstance(statement, Loop) else statement
            if call.function in by_name and call.function not in found:
                visit(by_name[call.function])
        found.setdefault(function.name, function)

    for function in functions:
        visit(function)
    return list(found.values())


# Bodies ----------------------------------------------------------------------------------------


class _Body:
    """The lines of the net itself or of a function, with names for its blobs."""

    def __init__(self, writer: _Writer, function: Function | None) -> None:
        self.writer = writer
        self.function = function
        taken = set(writer.names.taken)
        self.names = _Names(taken | {"x"})
        self.blobs: dict[str, str] = {}
        self.vars: dict[int, str] = {}
        #: The blob that is called x now.
        self.current: str | None = None
        self.last: dict[str, int] = {}

    def main_lines(self, body: Sequence[Call | Loop]) -> list[str]:
        self._note_reads(body, ())
        lines: list[str] = []
        phase = ""
        for position, statement in enumerate(body):
            call = statement.template if isinstance(statement, Loop) else statement
            if call.phase != phase:
                phase = call.phase
                if phase:
                    lines += map(comment_line, call.comments)
                    call.comments = ()
                    lines.append(f'with net.phase("{phase}"):')
            indent = "    " if phase else ""
            lines += [
                indent + line for line in self._statement(statement, position, len(indent) + 4)
            ]
        return lines

    def function_lines(self) -> list[str]:
        function = self.function
        assert function is not None
        names = []
        for index, blob in enumerate(function.blobs):
            self.blobs[blob] = "x" if index == 0 else self.names.new("yzuvw"[min(index - 1, 4)])
            names.append(self.blobs[blob])
        self.current = function.blobs[0] if function.blobs else None
        optional = []
        for var in function.parameters:
            self.vars[var.number] = self.names.new(var.stem)
            if var.number in function.defaults:
                default = function.defaults[var.number]
                text = "None" if default is ABSENT else value_text(default, {})
                optional.append(f"{self.vars[var.number]}={text}")
            else:
                names.append(self.vars[var.number])
        self.writer.parameter_names[function.name] = dict(self.vars)
        self._note_reads(function.body, function.returns)
        name = self.writer.function_names[function.name]
        lines = list(wrapped(f"def {name}(", [*names, *optional], "):"))
        types = [kind if kind.isidentifier() else "another type" for kind in function.types]
        lines.append(f'    """Add {_listed(types)}."""')
        for position, statement in enumerate(function.body):
            written = self._statement(statement, position, 4)
            lines += ["    " + line for line in written]
        if function.returns:
            _add_return(lines, [self.blobs[each] for each in function.returns])
        return lines

    def _note_reads(self, body: Sequence[Call | Loop], returns: Sequence[str]) -> None:
        for position, statement in enumerate(body):
            calls = statement.calls if isinstance(statement, Loop) else [statement]
            for call in calls:
                for name in call.bottoms:
                    self.last[name] = position
        for name in returns:
            self.last[name] = len(body)

    def _statement(self, statement: Call | Loop, position: int, indent: int) -> list[str]:
        if isinstance(statement, Loop):
            return self._loop_lines(statement, position, indent)
        lines = [comment_line(each) for each in statement.comments]
        if statement.raw:
            return [*lines, *self._raw_lines(statement, position, indent)]
        head, pieces = self._call(statement)
        target = self._assign(statement, position)
        return [*lines, *wrapped(f"{target}{head}(", pieces, ")", indent)]

    def _raw_lines(self, call: Call, position: int, indent: int) -> list[str]:
        pieces = [f"{key}={value_text(value, self.vars)}" for key, value in call.args.items()]
        splatted = [key for key in call.args if _is_splatted(key)]
        if splatted:
            pieces = [f"**{value_text(Fields('dict', tuple(call.args.items())), self.vars)}"]
        lines = list(wrapped("net.message.layer.add(", pieces, ")", indent))
        for name in dict.fromkeys(call.outs):
            if self.last.get(name, -1) > position:
                variable = self._named(name)
                lines.append(f"{variable} = Blob({quoted(name)}, None)")
        return lines

    # Blobs -----------------------------------------------------------------------------------

    def _blob(self, name: str) -> str:
        """The variable of a blob; one that no layer produces is named."""
        if name in self.blobs:
            return self.blobs[name]
        return f"Blob({quoted(name)}, None)"

    def _assign(self, call: Call, position: int) -> str:
        """The beginning of a statement: the variables of what is read later."""
        read = [name for name in call.outs if self.last.get(name, -1) > position]
        if not read:
            return ""
        if len(call.outs) == 1:
            return f"{self._variable(call, position)} = "
        names = [self._named(name) if name in read else "_" for name in call.outs]
        return f"{', '.join(names)} = "

    def _variable(self, call: Call, position: int) -> str:
        (name,) = call.outs
        is_free = self.current is None or self.last.get(self.current, -1) <= position
        if is_free and (call.bottoms or self.function is not None):
            self.current = name
            self.blobs[name] = "x"
            return "x"
        return self._named(name)

    def _named(self, name: str) -> str:
        if self.blobs.get(name) == "x":
            del self.blobs[name]
        if name not in self.blobs:
            self.blobs[name] = self.names.new(self._wanted(name))
        return self.blobs[name]

    def _wanted(self, name: str) -> str:
        if self.function is None:
            return name
        for statement in self.function.body:
            call = statement.template if isinstance(statement, Loop) else statement
            if name in call.outs:
                return _short(call.types[-1]) if call.types else "y"
        return "y"

    # Calls -----------------------------------------------------------------------------------

    def _call(self, call: Call) -> tuple[str, list[str]]:
        """What is called, and its arguments."""
        blobs = [self._blob(name) for name in call.bottoms]
        if call.function in self.writer.functions:
            function = self.writer.functions[call.function]
            name = self.writer.function_names[call.function]
            return name, [*blobs, *self._arguments(function, call)]
        pieces: list[str] = []
        if call.phase and self.function is not None:
            call.args.setdefault("include", Fields("dict", (("phase", Word(call.phase)),)))
        constant = self.writer.constants.get(_settings(call))
        hidden = {key for key, _ in _settings(call)} if constant else set()
        splatted = {}
        for key, value in call.args.items():
            if key in hidden:
                continue
            if not key:
                pieces.insert(0, value_text(value, self.vars))
            elif _is_splatted(key):
                splatted[key] = value
            elif value is not ABSENT:
                pieces.append(f"{key}={value_text(value, self.vars)}")
        if constant:
            pieces.append(f"**{constant}")
        if splatted:
            pieces.append(f"**{value_text(Fields('dict', tuple(splatted.items())), self.vars)}")
        first = [pieces.pop(0)] if "" in call.args else []
        return call.function, [*first, *blobs, *pieces]

    def _arguments(self, function: Function, call: Call) -> Iterator[str]:
        named = self.writer.parameter_names[function.name]
        for var in function.parameters:
            value = call.args[var]
            if var.number not in function.defaults:
                yield value_text(value, self.vars)
        for var in function.parameters:
            value = call.args[var]
            if var.number in function.defaults:
                default = function.defaults[var.number]
                if type(value) is type(default) and value == default:
                    continue
                yield f"{named[var.number]}={value_text(value, self.vars)}"

    # Loops -----------------------------------------------------------------------------------

    def _loop_lines(self, loop: Loop, position: int, indent: int) -> list[str]:
        lines = [comment_line(each) for each in loop.template.comments]
        first, last = loop.calls[0], loop.calls[-1]
        template = Call(
            loop.template.function, first.bottoms, last.outs, loop.template.args,
            types=loop.template.types, in_place=loop.template.in_place,
        )  # fmt: skip
        target = ""
        before = None
        if loop.chain is not None:
            before = self.blobs.get(first.bottoms[loop.chain[0]])
            lines += self._chain_variable(loop, position)
            target = f"{self.blobs[first.bottoms[loop.chain[0]]]} = "
            if len(last.outs) > 1:
                names = ["_"] * len(last.outs)
                names[loop.chain[1]] = target.removesuffix(" = ")
                target = f"{', '.join(names)} = "
        heads, body_vars = self._loop_head(loop, indent)
        self.vars.update(body_vars)
        head, pieces = self._call(template)
        lines += heads
        lines += ["    " + each for each in wrapped(f"{target}{head}(", pieces, ")", indent + 4)]
        if loop.chain is not None:
            source, result = first.bottoms[loop.chain[0]], last.outs[loop.chain[1]]
            self.blobs[result] = self.blobs.pop(source)
            if before is not None:
                self.blobs[source] = before
            if self.blobs[result] == "x":
                self.current = result
        return lines

    def _chain_variable(self, loop: Loop, position: int) -> list[str]:
        """A variable for what goes around, if the blob before the loop is read after it, too."""
        source = loop.calls[0].bottoms[loop.chain[0]] if loop.chain else ""
        before = self._blob(source)
        if source in self.blobs and self.last.get(source, -1) <= position and before == "x":
            return []
        is_free = self.current is None or self.last.get(self.current, -1) <= position
        variable = "x" if is_free else self.names.new("y")
        if source in self.blobs and before == variable:
            return []
        self.blobs[source] = variable
        if variable == "x":
            self.current = source
        return [f"{variable} = {before}"]

    def _loop_head(self, loop: Loop, indent: int) -> tuple[list[str], dict[int, str]]:
        """The ``for`` and the names of its variables."""
        if not loop.variables:
            return [f"for _ in range({len(loop.calls)}):"], {}
        names = {var.number: self.names.new(var.stem) for var in loop.variables}
        for name in names.values():
            self.names.taken.discard(name)
        span = _range(loop)
        if span is not None:
            (number,) = names
            self.names.taken.discard(names[number])
            return [f"for i in range({span[0]}, {span[1]}):"], {number: _Index("i")}
        rows = []
        for row in loop.rows:
            texts = [value_text(value, self.vars) for value in row]
            rows.append(texts[0] if len(texts) == 1 else f"({', '.join(texts)})")
        variables = ", ".join(names.values())
        return list(wrapped(f"for {variables} in [", rows, "]:", indent)), names


def _add_return(lines: list[str], names: Sequence[str]) -> None:
    """Return the blobs; one that the last statement makes is returned by that statement."""
    if len(names) == 1:
        for position in range(len(lines) - 1, 0, -1):
            line = lines[position]
            if not line.startswith(("     ", "    )")):
                if line.startswith(f"    {names[0]} = "):
                    value = line.removeprefix(f"    {names[0]} = ")
                    lines[position] = f"    return {value}"
                    return
                break
    lines.append(f"    return {', '.join(names)}")


class _Index(str):
    """The name of a variable with a number where a text is meant."""

    __slots__ = ()


def _range(loop: Loop) -> tuple[int, int] | None:
    """The numbers in the texts of the only variable, if they follow each other."""
    if len(loop.variables) != 1 or not _is_in_texts(loop.template, loop.variables[0]):
        return None
    numbers = []
    for (value,) in loop.rows:
        is_plain = isinstance(value, Text) and not variables(value)
        text = "".join(map(str, value.atoms)) if is_plain else ""
        if not re.fullmatch(r"0|[1-9]\d*", text):
            return None
        numbers.append(int(text))
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return None
    return numbers[0], numbers[-1] + 1


def _is_in_texts(call: Call, var: Var) -> bool:
    """Whether a variable is only a part of texts, where a number is as good."""
    for value in call.args.values():
        if not isinstance(value, Text) and var in variables(value):
            return False
    return True


def _listed(types: Sequence[str]) -> str:
    """The types of a function's layers in words: ``2 Convolution, ReLU and Pooling``."""
    counts = Counter(types)
    words = [each if number == 1 else f"{number} {each}" for each, number in counts.items()]
    if len(words) > 6:
        return f"{len(types)} layers"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def comment_line(text: str) -> str:
    """A comment of a prototxt as one of Python.

    For Python a carriage return ends a line: what follows one in a comment would be code.
    """
    text = "\t".join(map(escaped, text.rstrip().split("\t")))
    return text if text.startswith("# ") else f"# {text.lstrip('#').strip()}".rstrip()


# Values ----------------------------------------------------------------------------------------


def value_text(node: Node, names: dict[int, str]) -> str:
    """A value as Python; ``names`` are those of parameters."""
    if isinstance(node, Var):
        return names[node.number]
    if isinstance(node, Times):
        return f"{node.factor} * {names[node.var.number]}"
    if isinstance(node, Text):
        return _text(node.atoms, names)
    if isinstance(node, Word):
        return quoted(node.word)
    if isinstance(node, Code):
        return node.code
    if isinstance(node, Items):
        return f"[{', '.join(value_text(each, names) for each in node.items)}]"
    if isinstance(node, tuple):
        return f"[{', '.join(value_text(each, names) for each in node)}]"
    if isinstance(node, Fields):
        return _fields_text(node, names)
    if node is ABSENT:
        return "None"
    if isinstance(node, str):
        return quoted(node)
    if isinstance(node, float) and (node != node or node in (float("inf"), -float("inf"))):
        return f'float("{node}")'
    return repr(node)


def _fields_text(node: Fields, names: dict[int, str]) -> str:
    texts = [(key, value_text(value, names)) for key, value in node.items]
    if all(key.isidentifier() and not keyword.iskeyword(key) for key, _ in texts):
        return f"{node.function}({', '.join(f'{key}={text}' for key, text in texts)})"
    return "{" + ", ".join(f"{quoted(key)}: {text}" for key, text in texts) + "}"


def _text(atoms: Atoms, names: dict[int, str]) -> str:
    if not any(isinstance(atom, Var) for atom in atoms):
        return quoted("".join(map(str, atoms)))
    if len(atoms) == 1:
        (var,) = atoms
        assert isinstance(var, Var)
        name = names[var.number]
        return f"str({name})" if isinstance(name, _Index) else name
    parts = []
    for atom in atoms:
        if isinstance(atom, Var):
            parts.append(f"{{{names[atom.number]}}}")
        else:
            parts.append(quoted(atom)[1:-1].replace("{", "{{").replace("}", "}}"))
    return f'f"{"".join(parts)}"'


def quoted(text: str) -> str:
    """A string in double quotes."""
    letters = [_escaped(letter) for letter in text]
    return f'"{"".join(letters)}"'


def _escaped(letter: str) -> str:
    if letter in ('"', "\\"):
        return f"\\{letter}"
    return letter if letter.isprintable() else repr(letter)[1:-1]


def wrapped(head: str, pieces: Sequence[str], tail: str, indent: int = 0) -> Iterator[str]:
    """The pieces between head and tail, on one line or on as many as they need."""
    line = f"{head}{', '.join(pieces)}{tail}"
    if len(line) + indent <= _WIDTH or not pieces:
        yield line
        return
    yield head
    current = "   "
    for piece in pieces:
        if len(current) + len(piece) + 2 + indent > _WIDTH and current.strip():
            yield current
            current = "   "
        if len(piece) + 5 + indent > _WIDTH:
            yield from (f"    {each}" for each in _broken(piece, indent + 4))
        else:
            current += f" {piece},"
    if current.strip():
        yield current
    yield tail


def _broken(piece: str, indent: int) -> list[str]:
    """A long argument on several lines: what is in its brackets, if it has any."""
    opening = re.match(r"[^\"'\[({]*[\[({]", piece)
    if opening is None or piece[-1] not in ")]}":
        return [f"{piece},"]
    inner = list(_split(piece[opening.end() : -1]))
    return list(wrapped(opening[0], inner, f"{piece[-1]},", indent))


def _split(text: str) -> Iterator[str]:
    """The parts between the commas that are in no bracket and no string."""
    depth, start, quote, position = 0, 0, "", 0
    while position < len(text):
        letter = text[position]
        if quote:
            position += letter == "\\"
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == "," and not depth:
            yield text[start:position].strip()
            start = position + 1
        position += 1
    if text[start:].strip():
        yield text[start:].strip()
