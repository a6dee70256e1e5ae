"""The methods of a net that edit whole layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from protogen import proto
from protogen.analysis import Analysis
from protogen.diagnostics import ProtogenError
from protogen.editing._wires import find_layer, layers_named, reject, similar_name, states_of
from protogen.editing.cutting import cutting
from protogen.editing.fields import field_setting
from protogen.editing.insertion import insertion_after, insertion_before, replacement
from protogen.editing.new_layers import NewLayers, new_layers
from protogen.editing.produced_blobs import given_shapes
from protogen.editing.removal import removal
from protogen.editing.renaming import Named, renaming
from protogen.edits import Edit
from protogen.graph import State
from protogen.inference import Inputs

__all__ = ["EditingMethods"]

#: Infers the net in all states, when it is first called.
_Analyses = Callable[[], Sequence[Analysis]]
#: From the net in the current format, and its analyses, to the edits to make.
_Plan = Callable[[proto.NetParameter, _Analyses], list[Edit]]


class EditingMethods:
    """Edits of whole layers, after which every reference is right; text keeps its comments.

    Each method makes all of its changes or, with `ProtogenError`, none: if a layer would read a
    blob that no longer exists, if a name is taken, or if Caffe would reject the new shapes. With
    ``verify=False`` the shapes are not inferred, for changes in several steps. A net in an old
    format is upgraded if the old format has no place for a change.
    """

    def remove(self, *patterns: str, verify: bool = True) -> None:
        """Remove the layers with these names; ``conv*`` is a pattern.

        What reads a removed layer reads its bottom instead. If the layer owns a shared blob, its
        fillers and learning rates pass to the next layer that has the blob.
        """

        def plan(net: proto.NetParameter, analyses: _Analyses) -> list[Edit]:
            return removal(net, analyses(), _matching(net, patterns))

        self._change(plan, verify)

    def rename(self, old: str, new: str, what: Named = "both") -> None:
        """Rename the layer, the blob, or both (``what``) with a name, wherever it occurs."""
        self._change(lambda net, _: renaming(net, old, new, what), verify=False)

    def insert_before(self, name: str, layers: NewLayers, *, verify: bool = True) -> None:
        """Insert layers between a layer and what it reads, by default its first bottom.

        ``layers`` is a ``LayerParameter``, a dict of its fields, prototxt, or a list of these. A
        layer without ``bottom`` reads the one before it; its ``top`` is called like the layer.
        Before a layer in place, the new layers are in place, too.
        """

        def plan(net: proto.NetParameter, analyses: _Analyses) -> list[Edit]:
            return insertion_before(analyses(), find_layer(net, name), new_layers(layers, net))

        self._change(plan, verify)

    def insert_after(self, name: str, layers: NewLayers, *, verify: bool = True) -> None:
        """Insert layers between a layer and what reads its top.

        ``layers`` are as for `insert_before`. With ``top`` equal to ``bottom`` the new layer is in
        place, and nothing is rewired.
        """

        def plan(net: proto.NetParameter, analyses: _Analyses) -> list[Edit]:
            return insertion_after(analyses(), find_layer(net, name), new_layers(layers, net))

        self._change(plan, verify)

    def replace(self, name: str, layers: NewLayers, *, verify: bool = True) -> None:
        """Put layers in the place of one: they read what it reads, and are read instead of it.

        ``layers`` are as for `insert_before`. Unless they are given, ``bottom``, ``top``,
        ``include`` and ``exclude`` are those of the old layer.
        """

        def plan(net: proto.NetParameter, analyses: _Analyses) -> list[Edit]:
            return replacement(net, analyses(), find_layer(net, name), new_layers(layers, net))

        self._change(plan, verify)

    def cut(
        self,
        start: str | Sequence[str] = (),
        end: str | Sequence[str] = (),
        *,
        phase: str | None = None,
        inputs: Inputs | None = None,
    ) -> None:
        """Keep only the layers between two blobs; what else they read becomes an Input layer.

        Without ``start``, the net is cut only at its end, and the other way round. Names stay, so a
        caffemodel of the whole net fits. ``phase`` keeps the layers of one phase only. ``inputs``
        are shapes of the net's data, as for `analysis`.
        """
        names = (_as_list(start), _as_list(end))
        if not any(names):
            reject("expected a blob to start from, or to end at")

        def plan(net: proto.NetParameter, analyses: _Analyses) -> list[Edit]:
            if phase is None:
                return cutting(net, analyses(), *names)
            wanted = State(phase).phase
            # The cut removes each layer that none of these states keeps.
            of_phase = [each for each in analyses() if each.phase == wanted]
            return cutting(net, of_phase, *names)

        self._change(plan, inputs=inputs)

    def set(self, pattern: str, field: str, value: Any, *, verify: bool = True) -> None:
        """Set a field of the layers with names like ``conv*``; ``None`` removes it.

        Layers of types that do not have the parameter message are left out:
        ``net.set("*", "convolution_param.engine", "CAFFE")``.
        """
        self._change(lambda net, _: field_setting(net, pattern, field, value), verify)

    def verify_edits(self, before: Any, inputs: Inputs | None = None) -> None:
        """Raise `ProtogenError` if this net has an error that ``before`` does not have.

        For several edits with ``verify=False``. ``inputs`` are shapes of the data of ``before``.
        """
        message = self._net.current.message
        # The edits may have removed a blob whose shape is given.
        given = given_shapes(inputs or {}, message)
        for state in states_of(message):
            _verify(before.analysis(state, inputs), self._net.analysis(state, given))

    def _change(self, plan: _Plan, verify: bool = True, inputs: Inputs | None = None) -> None:
        net = self._net
        message = net.in_current_format().current.message

        # Some edits, such as a renaming, need no inference.
        @cache
        def analyses() -> Sequence[Analysis]:
            return [net.analysis(state, inputs) for state in states_of(message)]

        edits = plan(message, analyses)
        # Verified before anything is changed, so that a rejected edit leaves no trace.
        if verify:
            for analysis in analyses():
                _verify(analysis, analysis.edited(edits))
        net.adopt(_edited(net, edits))

    @property
    def _net(self) -> Any:
        """This net, with the methods of the class that has these as well."""
        return self


def _edited(net: Any, edits: Sequence[Edit]) -> Any:
    """The net after the edits: itself, or a copy if it is in an old format."""
    if net.current.origins is None:
        net.apply(edits)
        return net
    # Some edits can be made in the old format, and then the text keeps it.
    upgraded = net.in_current_format()
    upgraded.apply(edits)
    old = net.copy()
    try:
        old.apply(edits)
    except ProtogenError:
        return upgraded
    # The edited old text is good only if it is upgraded to the edited net.
    if old.current.message == upgraded.current.message:
        return old
    return upgraded


def _as_list(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _matching(net: proto.NetParameter, patterns: Iterable[str]) -> list[int]:
    """The layers with names that match. Raises `ProtogenError` for a pattern without any."""
    found: dict[int, None] = {}
    for pattern in patterns:
        indices = layers_named(net, pattern)
        if not indices:
            reject(f'no layer is named "{pattern}"', hint=similar_name(net, pattern))
        found.update(dict.fromkeys(indices))
    return list(found)


def _verify(before: Analysis, after: Analysis) -> None:
    """Raise `ProtogenError` with the errors that are new."""
    new = after.errors - before.errors
    # If there are not more errors than before, one in a layer with a new name is an old one.
    is_worse = len(after.errors) > len(before.errors)
    old_layers = {layer.name for layer in before.message.layer}
    found = []
    for each in after.faults:
        is_new = (each.code, each.layer) in new
        if is_new and (is_worse or each.layer in old_layers):
            found.append(each)
    if found:
        raise ProtogenError(found)
