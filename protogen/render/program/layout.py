"""A program as Python source: names for blobs and parameters, constants, and lines that fit."""

from __future__ import annotations

import builtins
import keyword
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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

#: A constant is worth its line if the settings are longer than its name.
_SHORTEST_CONSTANT = 24

#: The variables of the blobs that a function is given, after ``x``.
_MORE_BLOBS = "yzuvw"

#: The arguments that name a layer or set its size.
_OF_CALL = ("top", "tops", "num_output", "name")

#: The most types of layers that a docstring lists.
_MOST_LISTED = 6


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
        # Converters from other frameworks name blobs by numbers.
        if stem[0].isdigit():
            stem = f"blob_{stem}"
        name, number = stem, 2
        while not self._is_free(name):
            name = f"{stem}_{number}"
            number += 1
        self.taken.add(name)
        return name

    def _is_free(self, name: str) -> bool:
        if name in self.taken:
            return False
        # A name must not hide one of Python or of the program itself.
        return not keyword.iskeyword(name) and name not in _RESERVED


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
        # Python needs no order, but a reader does; and a call needs the names of the parameters.
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
            if not group:
                continue
            groups[group] += 1
            # The first call gives the constant its name.
            kind = call.types[0] if call.types else "settings"
            types.setdefault(group, kind)
        for group, number in groups.items():
            if number == 1:
                continue
            pieces = [f"{key}={value_text(value, {})}" for key, value in group]
            text = f"dict({', '.join(pieces)})"
            if len(text) <= _SHORTEST_CONSTANT:
                continue
            name = self.names.new(short_name(types[group])).upper()
            self.names.taken.add(name)
            self.constants[group] = name
            yield from wrapped(f"{name} = dict(", pieces, ")")

    def _templates(self) -> Iterator[Call]:
        """The calls of the program, each that is in a loop once."""
        for body in self.program.bodies():
            for statement in body:
                call = _template(statement)
                if not call.raw:
                    yield call


def _template(statement: Call | Loop) -> Call:
    """The call as it is written: that of a loop has the variables of the loop."""
    if isinstance(statement, Loop):
        return statement.template
    return statement


def _settings(call: Call) -> Any:
    """The arguments of a layer that are more than a scalar and do not vary."""
    if call.raw or not call.function.startswith(("L.", "blocks.")):
        return ()
    found = []
    for key, value in call.args.items():
        # These belong to one call, even if another one has the same.
        if key in _OF_CALL or _is_splatted(key):
            continue
        is_constant = is_complex(value) and not variables(value)
        if is_constant:
            found.append((key, value))
    return tuple(found)


def _is_splatted(key: str) -> bool:
    """Whether a keyword must be given in a dict, because Python has a word like it."""
    return keyword.iskeyword(key)


def _callees_first(functions: Sequence[Function]) -> list[Function]:
    """The functions in such an order that each one calls only earlier ones."""
    by_name = {function.name: function for function in functions}
    found: dict[str, Function] = {}

    def visit(function: Function) -> None:
        for statement in function.body:
            callee = _template(statement).function
            if callee in by_name and callee not in found:
                visit(by_name[callee])
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
        # ``x`` is the blob that goes through a net, ``i`` the counter of a loop.
        self.names = _Names(taken | {"x", "i"})
        #: The variables of blobs, and those of parameters by their numbers.
        self.blobs: dict[str, str] = {}
        self.vars: dict[int, str] = {}
        #: The blob that is called x now.
        self.current: str | None = None
        #: The position of the last statement that reads a blob.
        self.last: dict[str, int] = {}

    def main_lines(self, body: Sequence[Call | Loop]) -> list[str]:
        self._note_reads(body, ())
        lines: list[str] = []
        phase = ""
        for position, statement in enumerate(body):
            call = _template(statement)
            if call.phase and call.phase != phase:
                # The comments of the first layer are above the block, where they catch the eye.
                lines += map(comment_line, call.comments)
                call.comments = ()
                lines.append(f'with net.phase("{call.phase}"):')
            phase = call.phase
            # The net itself is in a block, too, but the template adds that indent.
            indent = ""
            if phase:
                indent = "    "
            written = self._statement(statement, position, len(indent) + 4)
            lines += [indent + line for line in written]
        return lines

    def function_lines(self) -> list[str]:
        function = self.function
        assert function is not None
        arguments = [*self._blob_parameters(function), *self._value_parameters(function)]
        self._note_reads(function.body, function.returns)
        name = self.writer.function_names[function.name]
        lines = list(wrapped(f"def {name}(", arguments, "):"))
        lines.append(f'    """Add {_listed(function.types)}."""')
        for position, statement in enumerate(function.body):
            written = self._statement(statement, position, 4)
            lines += ["    " + line for line in written]
        if function.returns:
            _add_return(lines, [self.blobs[each] for each in function.returns])
        return lines

    def _blob_parameters(self, function: Function) -> list[str]:
        """The parameters for the blobs that a function reads, the first one ``x``."""
        if not function.blobs:
            return []
        first, *others = function.blobs
        self.current = first
        self.blobs[first] = "x"
        for index, blob in enumerate(others):
            stem = _MORE_BLOBS[min(index, len(_MORE_BLOBS) - 1)]
            self.blobs[blob] = self.names.new(stem)
        return [self.blobs[blob] for blob in function.blobs]

    def _value_parameters(self, function: Function) -> list[str]:
        """The parameters for values; those with a default come last, as Python wants it."""
        required, optional = [], []
        for var in function.parameters:
            name = self.names.new(var.stem)
            self.vars[var.number] = name
            if var.number in function.defaults:
                default = value_text(function.defaults[var.number], {})
                optional.append(f"{name}={default}")
            else:
                required.append(name)
        # Callers give the optional ones by name.
        self.writer.parameter_names[function.name] = dict(self.vars)
        return [*required, *optional]

    def _note_reads(self, body: Sequence[Call | Loop], returns: Sequence[str]) -> None:
        """Note where each blob is read last, so that its variable is free afterwards."""
        for position, statement in enumerate(body):
            calls = statement.calls if isinstance(statement, Loop) else [statement]
            for call in calls:
                last = dict.fromkeys(call.bottoms, position)
                self.last.update(last)
        # The return statement reads after all others.
        last = dict.fromkeys(returns, len(body))
        self.last.update(last)

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
        if any(map(_is_splatted, call.args)):
            pieces = [self._splat(call.args)]
        else:
            pieces = [f"{key}={value_text(value, self.vars)}" for key, value in call.args.items()]
        lines = list(wrapped("net.message.layer.add(", pieces, ")", indent))
        for name in dict.fromkeys(call.outs):
            if self._is_read_after(name, position):
                variable = self._named(name)
                lines.append(f"{variable} = Blob({quoted(name)}, None)")
        return lines

    def _splat(self, fields: Mapping[str, Node]) -> str:
        """Keywords that Python has as words of its own, in a dict: ``**{"global": True}``."""
        return f"**{value_text(Fields('dict', tuple(fields.items())), self.vars)}"

    def _is_read_after(self, name: str | None, position: int) -> bool:
        """Whether a statement after this one reads a blob."""
        return name is not None and self.last.get(name, -1) > position

    # Blobs -----------------------------------------------------------------------------------

    def _blob(self, name: str) -> str:
        """The variable of a blob; one that no layer produces is named."""
        if name in self.blobs:
            return self.blobs[name]
        return f"Blob({quoted(name)}, None)"

    def _assign(self, call: Call, position: int) -> str:
        """The beginning of a statement: the variables of what is read later."""
        are_read = [self._is_read_after(name, position) for name in call.outs]
        if not any(are_read):
            return ""
        if len(call.outs) == 1:
            return f"{self._variable(call, position)} = "
        names = []
        for name, is_read in zip(call.outs, are_read):
            # Python's usual name for what is not used.
            if not is_read:
                names.append("_")
            else:
                names.append(self._named(name))
        return f"{', '.join(names)} = "

    def _variable(self, call: Call, position: int) -> str:
        (name,) = call.outs
        # A data layer of the net itself gets the name of its blob: ``data``, not ``x``.
        may_be_x = bool(call.bottoms) or self.function is not None
        if may_be_x and not self._is_read_after(self.current, position):
            self.current = name
            self.blobs[name] = "x"
            return "x"
        return self._named(name)

    def _named(self, name: str) -> str:
        """The variable of a blob that is read beside others."""
        if self.blobs.get(name) == "x":
            del self.blobs[name]
        if name not in self.blobs:
            self.blobs[name] = self.names.new(self._wanted(name))
        return self.blobs[name]

    def _wanted(self, name: str) -> str:
        if self.function is None:
            return name
        # Blobs have no names of their own in a function, which is called for many of them.
        for statement in self.function.body:
            call = _template(statement)
            if name in call.outs and call.types:
                return short_name(call.types[-1])
        return "y"

    # Calls -----------------------------------------------------------------------------------

    def _call(self, call: Call) -> tuple[str, list[str]]:
        """What is called, and its arguments."""
        blobs = [self._blob(name) for name in call.bottoms]
        if call.function in self.writer.functions:
            function = self.writer.functions[call.function]
            name = self.writer.function_names[call.function]
            return name, [*blobs, *self._arguments(function, call)]
        args = dict(call.args)
        # In the net itself, ``with net.phase(...)`` says it.
        if call.phase and self.function is not None:
            args["include"] = Fields("dict", (("phase", Word(call.phase)),))
        # L.Layer has the type as its first argument, before the blobs.
        first = [value_text(args.pop(""), self.vars)] if "" in args else []
        return call.function, [*first, *blobs, *self._keywords(call, args)]

    def _keywords(self, call: Call, args: Mapping[str, Node]) -> list[str]:
        """The keyword arguments of a layer or a block; those of a constant by its name."""
        settings = _settings(call)
        constant = self.writer.constants.get(settings)
        hidden: set[str] = set()
        if constant:
            hidden.update(key for key, _ in settings)
        pieces: list[str] = []
        splatted = {}
        for key, value in args.items():
            if key in hidden:
                continue
            if _is_splatted(key):
                splatted[key] = value
            elif value is not ABSENT:
                text = value_text(value, self.vars)
                pieces.append(f"{key}={text}")
        if constant:
            pieces.append(f"**{constant}")
        if splatted:
            pieces.append(self._splat(splatted))
        return pieces

    def _arguments(self, function: Function, call: Call) -> list[str]:
        """The values of the parameters, those of optional ones by name."""
        names = self.writer.parameter_names[function.name]
        required, optional = [], []
        for var in function.parameters:
            value = call.args[var]
            text = value_text(value, self.vars)
            if var.number not in function.defaults:
                required.append(text)
            elif not _is_equal(value, function.defaults[var.number]):
                optional.append(f"{names[var.number]}={text}")
        return [*required, *optional]

    # Loops -----------------------------------------------------------------------------------

    def _loop_lines(self, loop: Loop, position: int, indent: int) -> list[str]:
        lines = [comment_line(each) for each in loop.template.comments]
        first, last = loop.calls[0], loop.calls[-1]
        template = replace(
            loop.template, bottoms=first.bottoms, outs=last.outs, phase="", comments=(), raw=False
        )
        before = None
        target = ""
        if loop.chain is not None:
            source = first.bottoms[loop.chain[0]]
            before = self.blobs.get(source)
            lines += self._chain_variable(source, position)
            names = ["_"] * len(last.outs)
            names[loop.chain[1]] = self.blobs[source]
            target = f"{', '.join(names)} = "
        heads, body_vars = self._loop_head(loop, indent)
        self.vars.update(body_vars)
        head, pieces = self._call(template)
        lines += heads
        lines += ["    " + each for each in wrapped(f"{target}{head}(", pieces, ")", indent + 4)]
        if loop.chain is not None:
            self._end_chain(source, last.outs[loop.chain[1]], before)
        return lines

    def _end_chain(self, source: str, result: str, before: str | None) -> None:
        """After a loop its variable has the top of the last call."""
        self.blobs[result] = self.blobs.pop(source)
        if before is not None:
            self.blobs[source] = before
        if self.blobs[result] == "x":
            self.current = result

    def _chain_variable(self, source: str, position: int) -> list[str]:
        """A variable for what goes around, if the blob before the loop is read after it, too."""
        before = self._blob(source)
        is_known = source in self.blobs
        # The loop can overwrite x if nothing later needs what is in it.
        if is_known and before == "x" and not self._is_read_after(source, position):
            return []
        variable = "x"
        if self._is_read_after(self.current, position):
            variable = self.names.new("y")
        if is_known and before == variable:
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
        names: dict[int, str] = {}
        for index in columns:
            var = loop.variables[index]
            names[var.number] = self.names.new(var.stem)
        # The next loop can have the same variables.
        self.names.taken.difference_update(names.values())
        variables = ", ".join(names.values())
        rows = []
        for row in loop.rows:
            rows.append(_row([value_text(row[index], self.vars) for index in columns]))
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
    if len(texts) == 1:
        return texts[0]
    return f"({', '.join(texts)})"


def _is_equal(value: Node, default: Node) -> bool:
    """Whether a value is the default; 1 == True == 1.0, but they are not the same value."""
    return type(value) is type(default) and bool(value == default)


def _add_return(lines: list[str], names: Sequence[str]) -> None:
    """Return the blobs; one that the last statement makes is returned by that statement."""
    if len(names) == 1:
        position = _last_statement(lines)
        head = f"    {names[0]} = "
        if lines[position].startswith(head):
            lines[position] = f"    return {lines[position].removeprefix(head)}"
            return
    lines.append(f"    return {', '.join(names)}")


def _last_statement(lines: Sequence[str]) -> int:
    """Where the last statement of a function begins."""
    for position in range(len(lines) - 1, 0, -1):
        # Deeper lines and a closing bracket belong to a statement that began above.
        if not lines[position].startswith(("     ", "    )")):
            return position
    return 0


def _counter(loop: Loop) -> tuple[Var | None, int]:
    """A variable whose values are numbers that follow each other, in texts only; and the first."""
    for index, var in enumerate(loop.variables):
        numbers = [_whole_number(row[index]) for row in loop.rows]
        first = numbers[0]
        if first is None:
            continue
        # The values are texts, and a number as an argument would be a number in the net, too.
        if not _is_in_texts(loop.template, var):
            continue
        following = range(first, first + len(numbers))
        if numbers == list(following):
            return var, first
    return None, 0


def _whole_number(value: Node) -> int | None:
    """The number in a text, if it is written as Python writes it."""
    if not isinstance(value, Text) or variables(value):
        return None
    text = "".join(map(str, value.atoms))
    # Not 01 or an Arabic digit: the loop writes the number into names again.
    if re.fullmatch(r"0|[1-9]\d*", text, re.ASCII):
        return int(text)
    return None


def _is_in_texts(call: Call, var: Var) -> bool:
    """Whether a variable is only a part of texts, where a number is as good."""
    for value in call.args.values():
        if not isinstance(value, Text) and var in variables(value):
            return False
    return True


def _listed(types: Sequence[str]) -> str:
    """The types of a function's layers in words: ``2 Convolution, ReLU and Pooling``."""
    words: Counter[str] = Counter()
    for kind in types:
        # The words go into a docstring of the program. The name of a type must not end it.
        word = kind if kind.isidentifier() else "another type"
        words[word] += 1
    parts = []
    for word, number in words.items():
        if number > 1:
            word = f"{number} {word}"
        parts.append(word)
    if len(parts) > _MOST_LISTED:
        return f"{len(types)} layers"
    *others, last = parts
    if not others:
        return last
    return f"{', '.join(others)} and {last}"
