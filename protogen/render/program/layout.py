"""A program as Python source: names for blobs and parameters, constants, and lines that fit."""

from __future__ import annotations

import builtins
import keyword
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from protogen.render.program.function_names import function_name, short_name
from protogen.render.program.nodes import (
    ABSENT,
    Call,
    Fields,
    Function,
    Loop,
    Node,
    Program,
    Text,
    Var,
    Word,
    is_complex,
    variables,
)
from protogen.render.program.python_text import Index, comment_line, quoted, value_text, wrapped

__all__ = ["Layout", "lines_of"]

#: Names that a program uses by itself.
_RESERVED = {"L", "Net", "Blob", "blocks", "fillers", "net", "self"} | set(dir(builtins))


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
    """Writes a program: its constants, its functions and the net itself."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.names = _Names(set())
        self.constants: dict[Any, str] = {}
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
        # Callers first: what the net itself calls gets the plain names.
        for function in reversed(_callees_first(self.program.functions)):
            name = function_name(function, self.program)
            self.function_names[function.name] = self.names.new(name)

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
                name = self.names.new(short_name(types[group])).upper()
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
        self.names = _Names(taken | {"x", "i"})
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
                return short_name(call.types[-1]) if call.types else "y"
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
        args = call.args
        if call.phase and self.function is not None:
            args = {**args, "include": Fields("dict", (("phase", Word(call.phase)),))}
        constant = self.writer.constants.get(_settings(call))
        hidden = {key for key, _ in _settings(call)} if constant else set()
        splatted = {}
        for key, value in args.items():
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
        counter, start = _counter(loop)
        columns = [index for index, var in enumerate(loop.variables) if var != counter]
        names = {}
        for index in columns:
            var = loop.variables[index]
            names[var.number] = self.names.new(var.stem)
        # The next loop can have the same variables.
        self.names.taken.difference_update(names.values())
        rows = [_row([value_text(row[index], self.vars) for index in columns]) for row in loop.rows]
        variables = ", ".join(names.values())
        if counter is None:
            return list(wrapped(f"for {variables} in [", rows, "]:", indent)), names
        names[counter.number] = Index("i")
        if not columns:
            return [f"for i in range({start}, {start + len(loop.rows)}):"], names
        if len(columns) > 1:
            variables = f"({variables})"
        head = wrapped(f"for i, {variables} in enumerate([", rows, f"], {start}):", indent)
        return list(head), names


def _row(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"


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


def _counter(loop: Loop) -> tuple[Var | None, int]:
    """A variable whose values are numbers that follow each other, in texts only; and the first."""
    for index, var in enumerate(loop.variables):
        numbers = [_whole_number(row[index]) for row in loop.rows]
        first = numbers[0]
        if first is None or not _is_in_texts(loop.template, var):
            continue
        if numbers == list(range(first, first + len(numbers))):
            return var, first
    return None, 0


def _whole_number(value: Node) -> int | None:
    """The number in a text, if it is written as Python writes it."""
    if not isinstance(value, Text) or variables(value):
        return None
    text = "".join(map(str, value.atoms))
    return int(text) if re.fullmatch(r"0|[1-9]\d*", text, re.ASCII) else None


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
